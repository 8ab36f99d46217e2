#include "providers/simulator/reply.h"

#include <algorithm>

namespace coditect::simulator {

namespace {

constexpr std::size_t kBytesPerToken = 4;
constexpr std::size_t kWordGroupBytes = 16;
constexpr std::size_t kArgumentPieceBytes = 24;

std::int64_t tokens(std::size_t bytes) {
  return static_cast<std::int64_t>((bytes + kBytesPerToken - 1) / kBytesPerToken);
}

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

/// The length of the next group of words: up to the end of the word in which kWordGroupBytes fall.
std::size_t word_group(std::string_view text) {
  const std::size_t end = std::min(text.find_first_of(" \n", kWordGroupBytes), text.size());
  return std::min(end + 1, text.size());
}

}  // namespace

Reply make_reply(const Prompt& prompt, Act act, std::string id, Time created) {
  Reply reply;
  reply.id = std::move(id);
  reply.created = created;
  reply.model = prompt.model;
  reply.wants_usage_chunk = prompt.wants_usage_chunk;
  if (prompt.wants_thinking) reply.thinking = "A simulation does not think.";
  std::size_t output_bytes = act.text().size() + reply.thinking.size();
  for (const ToolCall& call : act.calls) {
    output_bytes += call.name.size() + json::serialize(call.input).size();
  }
  reply.usage.input = estimate_input_tokens(prompt);
  reply.usage.output = tokens(output_bytes);
  reply.usage.reasoning = tokens(reply.thinking.size());
  if (act.usage) reply.usage = *act.usage;
  reply.act = std::move(act);
  return reply;
}

std::int64_t estimate_input_tokens(const Prompt& prompt) {
  std::size_t bytes = prompt.other_bytes;
  std::int64_t pictures = 0;
  for (const Turn& turn : prompt.turns) {
    bytes += turn.text.size();
    for (const ToolCall& call : turn.calls) {
      bytes += call.name.size() + json::serialize(call.input).size();
    }
    for (const ToolOutcome& outcome : turn.outcomes) bytes += outcome.text.size();
    for (const Picture& picture : turn.pictures) pictures += picture_tokens(picture);
  }
  return tokens(bytes) + pictures;
}

std::vector<Delta> deltas_of(const Act& act) {
  std::vector<Delta> deltas;
  bool is_first_line = true;
  for (const Line& line : act.lines) {
    std::string text = line.text;
    if (!is_first_line && !text.empty()) text.insert(0, "\n");
    is_first_line = is_first_line && text.empty();
    std::chrono::milliseconds pause = line.pause_before;
    std::string_view rest = text;
    do {
      const std::size_t length = word_group(rest);
      deltas.push_back({pause, std::string(rest.substr(0, length))});
      rest.remove_prefix(length);
      pause = act.pause_between_words;
    } while (!rest.empty());
  }
  return deltas;
}

std::vector<std::string> pieces_of(std::string_view text, std::size_t bytes) {
  std::vector<std::string> pieces;
  while (!text.empty()) {
    std::size_t end = std::min(bytes, text.size());
    while (end < text.size() && continues_character(text[end])) ++end;
    pieces.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return pieces;
}

std::vector<std::string> argument_pieces(const ToolCall& call) {
  return pieces_of(json::serialize(call.input), kArgumentPieceBytes);
}

std::string sse_event(std::string_view name, const json::object& data) {
  std::string bytes = "event: ";
  bytes.append(name).append("\ndata: ").append(json::serialize(data)).append("\n\n");
  return bytes;
}

std::int64_t unix_seconds(Time time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace coditect::simulator
