#include "agents/compaction.h"

#include <variant>

#include "agents/compaction_limits.h"
#include "providers/request_bytes.h"
#include "tools/sandbox/bounded_output.h"

namespace coditect::agents {

namespace {

using providers::Role;
using providers::ToolResult;
using providers::Turn;

constexpr std::string_view kSummedUp =
    "What you have done so far in this task, as you wrote it down when the conversation had "
    "become too long:\n\n<summary>\n";
constexpr std::string_view kShortened =
    "[shortened to make room; call the tool again if you need all of it]\n";

}  // namespace

std::size_t shorten_outputs(Turns& turns) {
  std::size_t answers = 0;
  std::size_t shortened = 0;
  for (std::size_t i = turns.size(); i-- > 0;) {
    if (turns[i].role == Role::kAssistant) ++answers;
    // The results of an answer come after it, so they are met before it is counted.
    if (answers < limits::kAnswersKeptWhole) continue;
    for (providers::Block& block : turns[i].blocks) {
      auto* result = std::get_if<ToolResult>(&block);
      if (result == nullptr || result->output.size() <= limits::kOldOutputBytesMax) continue;
      result->output = std::string(kShortened) +
                       tools::truncate_middle(result->output, limits::kShortenedOutputBytes);
      ++shortened;
    }
  }
  return shortened;
}

std::size_t tail_begin(const Turns& turns, std::size_t bytes_max) {
  std::size_t begin = turns.size();
  std::size_t bytes = 0;
  for (std::size_t i = turns.size(); i-- > 1;) {
    bytes += turn_bytes(turns[i]);
    if (bytes > bytes_max) break;
    if (turns[i].role == Role::kAssistant && turns[i - 1].role == Role::kUser) begin = i;
  }
  return begin;
}

Turns with_summary(const Turn& first, const Turns& turns, std::size_t tail,
                   const std::string& summary) {
  Turns compacted{first};
  compacted.front().blocks.push_back(
      providers::TextBlock{std::string(kSummedUp) + summary + "\n</summary>\n\nGo on from there."});
  for (std::size_t i = tail; i < turns.size(); ++i) compacted.push_back(turns[i]);
  return compacted;
}

Turn without_summary(const Turn& first) {
  Turn own = first;
  std::erase_if(own.blocks, [](const providers::Block& block) {
    const auto* text = std::get_if<providers::TextBlock>(&block);
    return text != nullptr && text->text.starts_with(kSummedUp);
  });
  return own;
}

std::string summary_request() {
  return "This conversation is close to the end of your window. What was said so far will be "
         "replaced by what you answer now, so write down all that you need to finish the task: "
         "what you found out, with paths and names; what you decided and why; what you have "
         "changed; what is left to do, and what comes next. Answer with that text alone. Call no "
         "tool now; files can be read again later.";
}

std::size_t turn_bytes(const Turn& turn) {
  const std::int64_t frame = providers::request_bytes({});
  providers::ModelRequest request;
  request.turns.push_back(turn);
  return static_cast<std::size_t>(providers::request_bytes(request) - frame);
}

}  // namespace coditect::agents
