#include "storage/databases/event_text.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace coditect::databases {

namespace {

/// Gathers texts, a line each, up to the limit.
class Words {
 public:
  void add(std::string_view text) {
    if (text.empty() || full()) return;
    if (!text_.empty()) text_ += '\n';
    const std::size_t room = kSearchedTextBytesMax - std::min(kSearchedTextBytesMax, text_.size());
    text_ += text.substr(0, end_of_character(text, room));
  }
  void add(const json::object& data, std::initializer_list<std::string_view> keys) {
    for (const std::string_view key : keys) {
      const json::value* value = data.if_contains(key);
      if (value != nullptr && value->is_string()) add(value->get_string());
    }
  }
  /// Every text in `value`, however deep: parsing has bounded that.
  void add_all(const json::value& value) {
    if (full()) return;
    if (value.is_string()) add(value.get_string());
    if (value.is_array()) {
      for (const json::value& each : value.get_array()) add_all(each);
    }
    if (value.is_object()) {
      for (const auto& member : value.get_object()) add_all(member.value());
    }
  }
  std::string take() && { return std::move(text_); }

 private:
  bool full() const { return text_.size() >= kSearchedTextBytesMax; }
  /// The end of the last whole character within the first `bytes_max` bytes.
  static std::size_t end_of_character(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return text.size();
    std::size_t end = bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80u) --end;
    return end;
  }

  std::string text_;
};

void add_edit(const json::object& data, Words& words) {
  words.add(data, {"path", "from", "text"});
  if (const json::object* splice = find_object(data, "splice")) words.add(*splice, {"insert"});
}

void add_tool_call(const json::object& data, Words& words) {
  if (find_string(data, "phase") != "started") {
    words.add(data, {"output"});
    return;
  }
  words.add(data, {"tool"});
  if (const json::value* input = data.if_contains("input")) words.add_all(*input);
}

}  // namespace

std::string searched_text(const Event& event) {
  const json::object& data = event.data;
  Words words;
  if (event.type == "file_edit") {
    add_edit(data, words);
  } else if (event.type == "tool_call") {
    add_tool_call(data, words);
  } else if (event.type == "agent_message") {
    words.add(data, {"text"});
  } else if (event.type == "bus_message") {
    words.add(data, {"topic", "text"});
  } else if (event.type == "task_queued") {
    words.add(data, {"prompt"});
  } else if (event.type == "task_finished") {
    if (const json::object* error = find_object(data, "error")) words.add(*error, {"message"});
  } else if (event.type == "task_retrying" || event.type == "provider_failover") {
    words.add(data, {"error"});
  } else if (event.type == "checkpoint") {
    words.add(data, {"label"});
  } else if (event.type == "context_compacted") {
    words.add(data, {"summary"});
  } else if (event.type == "approval_requested" || event.type == "approval_answered") {
    words.add(data, {"why", "note"});
  } else if (event.type == "file_put_back") {
    words.add(data, {"path", "error"});
  } else if (event.type == "agent_looping" || event.type == "workspace_created") {
    words.add(data, {"what", "name"});
  }
  return std::move(words).take();
}

}  // namespace coditect::databases
