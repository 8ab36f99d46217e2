#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "base/strong_id.h"
#include "workspace/log/ack_gate.h"

namespace coditect::workspace {

/// What is known of a workspace without waking it: its row in the list.
struct Meta {
  /// kReady also after a crash: such a workspace is woken at start, because it may have work.
  enum class State { kReady, kAsleep };

  WorkspaceId id;
  std::string name;
  Time created_at{};
  Time last_active_at{};
  std::optional<Time> deleted_at;
  State state = State::kReady;
  Durability durability = Durability::kLocal;
  json::object source;  ///< as given to provision, without credentials
  // As last measured: the list is to say what takes the room, not to the byte.
  std::optional<std::uint64_t> disk_bytes;   ///< of this node's disk
  std::optional<std::uint64_t> store_bytes;  ///< in the object store, without the nodes' bundles
};

/// "local", "replicated".
std::string_view to_string(Durability durability);
Result<Durability> parse_durability(std::string_view text);

/// The public form: {id, name, state, durability, created_at, last_active_at, source, deleted_at?,
/// disk_bytes?, store_bytes?}.
json::object to_json(const Meta& meta);
Result<Meta> parse_meta(const json::object& object);

/// Blocking. The file is replaced as a whole.
Result<Meta> load_meta(const std::filesystem::path& file);
Result<void> save_meta(const std::filesystem::path& file, const Meta& meta);

}  // namespace coditect::workspace
