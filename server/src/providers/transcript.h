#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/json.h"
#include "providers/provider_kind.h"

/// What was said, independent of the vendor, so that a task can move to another model midway.
namespace coditect::providers {

/// What one model needs back with a block, verbatim: a signature, an encrypted item. It means
/// nothing to any other model, which gets the block without it.
struct VendorItem {
  ProviderKind provider = ProviderKind::kAnthropic;
  std::string model;  ///< as requested, not as answered
  json::object item;  ///< its form is the adapter's own
};

struct TextBlock {
  std::string text;
  std::string phase = {};  ///< "commentary", "final_answer" or "" where the model does not say
  std::optional<VendorItem> echo = std::nullopt;
};

/// A picture that a person shows. Only in turns of the user.
struct ImageBlock {
  std::string hash;        ///< SHA-256 of its bytes, by which the log knows it
  std::string media_type;  ///< "image/png" or "image/jpeg"
  /// In base64, as every vendor takes it. Null until it is fetched, which is before any request.
  std::shared_ptr<const std::string> base64 = nullptr;
};

struct ToolCall {
  std::string id;  ///< opaque; unique within its turn only
  std::string name;
  json::object input;
  std::optional<VendorItem> echo = std::nullopt;
};

enum class ToolOutcome { kOk, kError };

struct ToolResult {
  std::string call_id;
  std::string name;
  std::string output;
  ToolOutcome outcome = ToolOutcome::kOk;
};

/// What the model thought: readable where the vendor shows it, opaque where it must come back.
struct Reasoning {
  std::string text;  ///< a summary or the thoughts themselves; may be empty
  std::optional<VendorItem> echo = std::nullopt;
};

/// A block that this program does not use but its vendor expects back in place.
struct OpaqueBlock {
  VendorItem echo;
};

using Block = std::variant<TextBlock, ToolCall, ToolResult, Reasoning, OpaqueBlock, ImageBlock>;

enum class Role { kUser, kAssistant };

struct Turn {
  Role role = Role::kUser;
  std::vector<Block> blocks;
};

/// The item to send back with a block to `model` of `provider`; null where there is none or where
/// another model made it.
const json::object* echo_for(const std::optional<VendorItem>& echo, ProviderKind provider,
                             const std::string& model);
const json::object* echo_for(const VendorItem& echo, ProviderKind provider,
                             const std::string& model);
/// The item lives in its block; there is none in a temporary.
const json::object* echo_for(std::optional<VendorItem>&& echo, ProviderKind provider,
                             const std::string& model) = delete;

/// The picture's bytes in base64, and as a URL that holds them. They are there.
const std::string& base64_of(const ImageBlock& image);
std::string data_url(const ImageBlock& image);

/// The turns with neighbours of one role joined and empty ones dropped, as vendors demand that
/// roles alternate.
std::vector<Turn> alternating(const std::vector<Turn>& turns);

}  // namespace coditect::providers
