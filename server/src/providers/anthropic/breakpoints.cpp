#include "providers/anthropic/breakpoints.h"

#include <cstddef>
#include <string_view>

namespace coditect::providers::anthropic {

namespace {

constexpr int kMarkedMessages = 2;
/// No text has more tokens than this share of its bytes.
constexpr std::size_t kBytesPerTokenMin = 2;

struct Minimum {
  std::string_view model;
  std::size_t tokens;
};

/// What the vendor publishes; a model that is not listed may be content with the least of them.
constexpr Minimum kMinima[] = {{"claude-opus-4-8", 1024},   {"claude-sonnet-5", 1024},
                               {"claude-sonnet-4-6", 1024}, {"claude-sonnet-4-5", 1024},
                               {"claude-opus-4-7", 2048},   {"claude-opus-4-6", 4096},
                               {"claude-opus-4-5", 4096},   {"claude-haiku-4-5", 4096}};
constexpr std::size_t kLeastMinimum = 512;
/// Of a snapshot's date: "claude-opus-4-5-20251101".
constexpr std::string_view kCentury = "-20";

std::size_t minimum_bytes(std::string_view model) {
  for (const Minimum& row : kMinima) {
    if (!model.starts_with(row.model)) continue;
    const std::string_view rest = model.substr(row.model.size());
    if (rest.empty() || rest.starts_with(kCentury)) return row.tokens * kBytesPerTokenMin;
  }
  return kLeastMinimum * kBytesPerTokenMin;
}

json::object mark(CacheLife life) {
  json::object control{{"type", "ephemeral"}};
  if (life == CacheLife::kLong) control["ttl"] = "1h";
  return control;
}

/// Adds up the prompt from its beginning until it is no longer surely too short.
class Length {
 public:
  explicit Length(std::size_t minimum) : minimum_(minimum) {}
  void add(const json::value& part) {
    if (!reached()) bytes_ += json::serialize(part).size();
  }
  bool reached() const { return bytes_ >= minimum_; }

 private:
  const std::size_t minimum_;
  std::size_t bytes_ = 0;
};

void mark_last(json::array& parts, CacheLife life) {
  parts.back().as_object()["cache_control"] = mark(life);
}

}  // namespace

void place_breakpoints(const ModelRequest& request, json::object& body) {
  Length length(minimum_bytes(request.model));
  // Longer lives must stand before shorter ones.
  const CacheLife prefix_life =
      request.turns_life == CacheLife::kLong ? CacheLife::kLong : request.prefix_life;
  for (const char* part : {"tools", "system"}) {
    json::value* list = body.if_contains(part);
    if (list == nullptr || list->as_array().empty()) continue;
    length.add(*list);
    if (length.reached()) mark_last(list->as_array(), prefix_life);
  }
  json::array& messages = body["messages"].as_array();
  std::size_t first_long_enough = messages.size();
  for (std::size_t i = 0; i < messages.size() && first_long_enough == messages.size(); ++i) {
    length.add(messages[i]);
    if (length.reached()) first_long_enough = i;
  }
  int left = kMarkedMessages;
  for (std::size_t i = messages.size(); i-- > first_long_enough && left > 0;) {
    json::object& message = messages[i].as_object();
    if (message["role"] != "user") continue;
    mark_last(message["content"].as_array(), request.turns_life);
    --left;
  }
}

}  // namespace coditect::providers::anthropic
