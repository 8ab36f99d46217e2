#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "providers/simulator/rehearsal.h"

namespace coditect::simulator {

/// One thing said, after a pause.
struct Line {
  std::chrono::milliseconds pause_before{};
  std::string text;
};

/// Where one request of an answer ends and the next one goes on.
struct Cut {
  std::size_t lines = 0;  ///< said before it; at most as many as there are
  Hop::End end = Hop::End::kContinue;
};

/// One turn of the model: what it says, then the tools that it calls, and what goes wrong with it.
///
/// Invariants: it says something or calls something.
struct Act {
  std::vector<Line> lines;
  std::chrono::milliseconds pause_before_calls{};
  std::vector<ToolCall> calls;      ///< without ids; none when the model has finished
  std::vector<Fail> failures;       ///< before anything else, in order
  std::vector<Fail> stream_errors;  ///< then, half-way through an answer, in order
  int drops = 0;                    ///< then this many answers break off
  std::vector<Cut> cuts;            ///< in order
  std::optional<Usage> usage;
  std::chrono::milliseconds pause_between_words{};

  std::string text() const;
};

/// Cuts a rehearsal into turns. A tool step ends its turn; usage, failures and drops belong to the
/// turn they stand in. An act that would neither say nor call anything says "Done.", and so does a
/// last one that follows a final tool step.
std::vector<Act> acts_of(const std::vector<Step>& steps);

/// What the model does next, found from the conversation alone: the rehearsal is the one in the
/// latest user turn that holds one, the position in it is the number of assistant turns since. Once
/// it is over, or where there is none, a prompt without a rehearsal gets the plan of
/// honest_plan.h. Errc::kInvalid for a bad rehearsal.
Result<Act> next_act(const Prompt& prompt);

}  // namespace coditect::simulator
