#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/event.h"
#include "base/json.h"
#include "base/result.h"
#include "providers/model_answer.h"

namespace coditect::agents {

/// What was said in a task before it was interrupted, so that its agent goes on and does not begin
/// again.
struct Remembered {
  /// What had happened to a call of the last answer.
  struct Call {
    std::string output;  ///< what the model is told
    bool ok = false;
    bool again = false;  ///< it has no effect yet: it may be made, and `output` is empty
  };

  std::vector<providers::Turn> turns;  ///< empty: nothing is known; else the first is the user's
  /// The last answer, where the log does not say that it was gone on from; not in `turns`.
  std::optional<providers::ModelAnswer> answer;
  std::size_t messages = 0;  ///< texts of `answer` that are in the log
  std::vector<Call> calls;   ///< of `answer`, in order: those that were begun
};

/// Puts a task's conversation together from its events.
///
/// The log has each turn before it is acted on, as conversation_turn; results of tools are in
/// tool_call. A call that was begun and not finished may have had its effect: where that is a
/// change of a file the log says so, and otherwise the call is made once more; a command's effect
/// nobody knows, so the model is told to look.
///
/// Threads: any; one at a time.
/// Errors:  a turn that cannot be read ends what is remembered: the agent begins again and is told
///          that it did not remember.
class Conversation {
 public:
  /// The event that tells a turn; or, where it `begins` a conversation, which takes the place of
  /// what was before, all turns so far, with results. `stop` is that of an answer; `heeds` names
  /// the messages of people that the turn takes up.
  struct Told {
    bool begins = false;
    std::optional<providers::StopReason> stop = std::nullopt;
    std::vector<std::string> heeds = {};
  };
  static json::object turns_event(const std::string& agent,
                                  const std::vector<providers::Turn>& turns, const Told& told);

  /// Takes the task's events, in order; others are not for it.
  void add(const Event& event);
  Remembered take() &&;

 private:
  struct Begun {
    std::string tool;
    std::string output = {};
    bool ok = false;
    bool finished = false;
    bool held = false;        ///< it waited for a person, who had not allowed it
    std::string effect = {};  ///< of a change that the log has: what it was
  };

  void add_turns(const json::object& data);
  void add_turn(providers::Turn turn, providers::StopReason stop);
  void add_call(const json::object& data);
  void interrupt();
  void go_on();
  void forget();
  static Remembered::Call remembered(const Begun& call);

  std::vector<providers::Turn> turns_;
  std::optional<providers::ModelAnswer> answer_;
  std::size_t messages_ = 0;
  std::vector<Begun> begun_;
  bool broken_ = false;
};

}  // namespace coditect::agents
