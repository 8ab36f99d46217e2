#include "tools/read_on.h"
#include "tools/tool_call.h"

namespace coditect::tools {

namespace {

/// A page is half of what a command may answer with: reading on is for looking, not for flooding.
constexpr std::size_t kPageBytes = limits::kToolOutputBytesMax / 2;

}  // namespace

awaitable<Result<ToolOutcome>> read_output(const ToolCall& call) {
  CO_TRY(const std::string id, need_string(call.input, "id"));
  const std::int64_t from = find_int(call.input, "from_line").value_or(1);
  if (from < 1) co_return invalid("`from_line` must be 1 or more");
  CO_TRY(const std::string text, co_await call.host.kept_output(call.caller, id));
  const Stretch stretch = stretch_of(text, static_cast<std::size_t>(from), kPageBytes);
  if (stretch.from_line == 0) {
    co_return invalid("the output has " + std::to_string(stretch.lines) + " lines",
                      "give a `from_line` up to that");
  }
  ToolOutcome outcome{.ok = true, .output = stretch.text, .details = {}};
  if (!outcome.output.ends_with('\n')) outcome.output += '\n';
  outcome.output += "[lines " + std::to_string(stretch.from_line) + " to " +
                    std::to_string(stretch.to_line) + " of " + std::to_string(stretch.lines);
  const bool more = stretch.to_line < stretch.lines;
  if (more) outcome.output += "; go on with from_line " + std::to_string(stretch.to_line + 1);
  outcome.output += "]\n";
  outcome.details = {{"from_line", stretch.from_line},
                     {"to_line", stretch.to_line},
                     {"lines", stretch.lines},
                     {"truncated", more}};
  co_return outcome;
}

}  // namespace coditect::tools
