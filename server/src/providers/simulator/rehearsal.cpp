#include "providers/simulator/rehearsal.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace coditect::simulator {

namespace {

constexpr std::size_t kStepsMax = 1000;
constexpr std::int64_t kPauseMsMax = 60'000;
constexpr std::int64_t kTimesMax = 1000;
constexpr std::int64_t kTokensMax = 1'000'000'000;
constexpr double kRetryAfterSecondsMax = 3600;
constexpr std::size_t kQuotedBytesMax = 120;  // of a bad line

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// Takes the first line off `text`.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

/// The number of backticks that `line` begins with.
std::size_t fence_length(std::string_view line) {
  return std::min(line.find_first_not_of('`'), line.size());
}

Result<std::int64_t> bounded(const json::object& object, std::string_view key, std::int64_t least,
                             std::int64_t most, std::int64_t otherwise) {
  if (!object.contains(key)) return otherwise;
  const auto number = find_int(object, key);
  if (!number || *number < least || *number > most) {
    return invalid(std::string(key) + " must be a whole number from " + std::to_string(least) +
                   " to " + std::to_string(most));
  }
  return *number;
}

Result<void> only_keys(const json::object& object, std::initializer_list<std::string_view> known) {
  for (const auto& member : object) {
    if (std::ranges::find(known, std::string_view(member.key())) == known.end()) {
      return invalid("unknown key '" + std::string(member.key()) + "'");
    }
  }
  return {};
}

Result<ToolCall> parse_call(const json::object& object) {
  TRY_VOID(only_keys(object, {"tool", "input"}));
  ToolCall call;
  TRY(call.name, need_string(object, "tool"));
  if (call.name.empty()) return invalid("tool must not be empty");
  if (const json::object* input = find_object(object, "input")) {
    call.input = *input;
  } else if (object.contains("input")) {
    return invalid("input must be an object");
  }
  return call;
}

Result<Step> parse_tools(const json::object& object) {
  TRY_VOID(only_keys(object, {"tools"}));
  const json::array* list = find_array(object, "tools");
  if (list == nullptr || list->empty()) return invalid("tools must be a list that is not empty");
  UseTools step;
  for (const json::value& entry : *list) {
    if (!entry.is_object()) return invalid("each of tools must be an object");
    TRY(ToolCall call, parse_call(entry.get_object()));
    step.calls.push_back(std::move(call));
  }
  return Step(std::move(step));
}

Result<std::optional<Vendor>> parse_vendor(const json::object& object) {
  if (!object.contains("provider")) return std::optional<Vendor>();
  TRY(const std::string name, need_string(object, "provider"));
  for (const Vendor vendor :
       {Vendor::kAnthropic, Vendor::kGemini, Vendor::kOpenai, Vendor::kMoonshot}) {
    if (to_string(vendor) == name) return std::optional<Vendor>(vendor);
  }
  return invalid("provider must be anthropic, gemini, openai or moonshot");
}

Result<Fail> parse_fail(const json::object& object) {
  TRY_VOID(only_keys(object, {"status", "times", "retry_after", "type", "message", "provider"}));
  Fail fail;
  TRY(const std::int64_t status, bounded(object, "status", 400, 599, fail.status));
  TRY(const std::int64_t times, bounded(object, "times", 1, kTimesMax, fail.times));
  fail.status = static_cast<int>(status);
  fail.times = static_cast<int>(times);
  if (object.contains("retry_after")) {
    const auto wait_s = find_double(object, "retry_after");
    if (!wait_s || !(*wait_s >= 0) || *wait_s > kRetryAfterSecondsMax) {
      return invalid("retry_after must be a number of seconds from 0 to 3600");
    }
    fail.retry_after = std::chrono::milliseconds(std::llround(*wait_s * 1000));
  }
  fail.type = find_string(object, "type").value_or("");
  fail.message = find_string(object, "message").value_or("");
  TRY(fail.only, parse_vendor(object));
  return fail;
}

Result<Step> parse_stream_error(const json::object& object) {
  TRY(Fail fail, parse_fail(object));
  if (fail.retry_after) return invalid("an error inside a stream has no retry_after");
  return Step(StreamError{std::move(fail)});
}

Result<Step> parse_hop(const json::object& object) {
  TRY_VOID(only_keys(object, {"hop"}));
  const auto end = find_string(object, "hop");
  if (end == "continue") return Step(Hop{Hop::End::kContinue});
  if (end == "drop") return Step(Hop{Hop::End::kDrop});
  return invalid("hop must be \"continue\" or \"drop\"");
}

Result<Step> parse_usage(const json::object& object) {
  TRY_VOID(only_keys(object, {"input", "cache_read", "cache_write", "output", "reasoning"}));
  Usage usage;
  TRY(usage.input, bounded(object, "input", 0, kTokensMax, 0));
  TRY(usage.cache_read, bounded(object, "cache_read", 0, kTokensMax, 0));
  TRY(usage.cache_write, bounded(object, "cache_write", 0, kTokensMax, 0));
  TRY(usage.output, bounded(object, "output", 0, kTokensMax, 0));
  TRY(usage.reasoning, bounded(object, "reasoning", 0, kTokensMax, 0));
  if (usage.cache_read + usage.cache_write > usage.input) {
    return invalid("input is the whole prompt, so it includes cache_read and cache_write");
  }
  if (usage.reasoning > usage.output) return invalid("output includes reasoning");
  return Step(usage);
}

Result<const json::object*> need_object(const json::object& object, std::string_view key) {
  TRY_VOID(only_keys(object, {key}));
  const json::object* inner = find_object(object, key);
  if (inner == nullptr) return invalid(std::string(key) + " must be an object");
  return inner;
}

Result<Step> parse_step(std::string_view line) {
  TRY(const json::object object, parse_json_object(line));
  if (object.contains("say")) {
    TRY_VOID(only_keys(object, {"say"}));
    TRY(std::string text, need_string(object, "say"));
    return Step(Say{std::move(text)});
  }
  if (object.contains("tool")) {
    TRY(ToolCall call, parse_call(object));
    return Step(UseTools{{std::move(call)}});
  }
  if (object.contains("tools")) return parse_tools(object);
  if (object.contains("pause_ms")) {
    TRY_VOID(only_keys(object, {"pause_ms"}));
    TRY(const std::int64_t ms, bounded(object, "pause_ms", 0, kPauseMsMax, 0));
    return Step(Pause{std::chrono::milliseconds(ms)});
  }
  if (object.contains("drop")) {
    TRY_VOID(only_keys(object, {"drop"}));
    if (find_string(object, "drop") != "mid-stream") return invalid("drop must be \"mid-stream\"");
    return Step(Drop{});
  }
  if (object.contains("fail")) {
    TRY(const json::object* inner, need_object(object, "fail"));
    TRY(Fail fail, parse_fail(*inner));
    return Step(std::move(fail));
  }
  if (object.contains("stream_error")) {
    TRY(const json::object* inner, need_object(object, "stream_error"));
    return parse_stream_error(*inner);
  }
  if (object.contains("hop")) return parse_hop(object);
  if (object.contains("usage")) {
    TRY(const json::object* usage, need_object(object, "usage"));
    return parse_usage(*usage);
  }
  return invalid(
      "a step is one of say, tool, tools, pause_ms, fail, stream_error, drop, hop and usage");
}

}  // namespace

std::optional<std::string> find_rehearsal(std::string_view text) {
  std::optional<std::string> found;
  while (!text.empty()) {
    const std::string_view opening = trim(take_line(text));
    const std::size_t fence = fence_length(opening);
    if (fence < 3 || trim(opening.substr(fence)) != "rehearsal") continue;
    std::string block;
    while (!text.empty()) {
      const std::string_view line = take_line(text);
      const std::string_view bare = trim(line);
      if (fence_length(bare) >= fence && fence_length(bare) == bare.size()) break;
      block.append(line) += '\n';
    }
    found = std::move(block);
  }
  return found;
}

Result<std::vector<Step>> parse_rehearsal(std::string_view block) {
  std::vector<Step> steps;
  for (int number = 1; !block.empty(); ++number) {
    const std::string_view line = trim(take_line(block));
    if (line.empty()) continue;
    Result<Step> step = parse_step(line);
    if (!step) {
      return std::move(step).error().in("rehearsal line " + std::to_string(number) + " (" +
                                        std::string(line.substr(0, kQuotedBytesMax)) + ")");
    }
    steps.push_back(*std::move(step));
    if (steps.size() > kStepsMax) return invalid("a rehearsal has at most 1000 steps");
  }
  return steps;
}

}  // namespace coditect::simulator
