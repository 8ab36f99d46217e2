#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "async/notifier.h"
#include "async/strand.h"
#include "base/clock.h"
#include "base/random.h"
#include "coordination/approvals/desk.h"
#include "coordination/queue/task_board.h"
#include "tools/tool_host.h"
#include "workspace/approvals/question_listener.h"
#include "workspace/log/event_log.h"

namespace coditect::workspace {

/// Lets calls of tools through, refuses them, or lets them wait for a person.
///
/// Threads:    the workspace's strand.
/// Lifetime:   its parts outlive it; it outlives the calls that wait in approve().
/// Invariants: a call goes on only after what allows it is durable: the policy or the answer.
/// Errors:     kDenied for what is not allowed, kCancelled once its task is stopped, those of the
///             desk and of the log.
class ApprovalService {
 public:
  struct Parts {
    EventLog& log;
    const approvals::Desk& desk;
    const queue::TaskBoard& board;
    const Clock& clock;
    Random& random;
    QuestionListener* questions = nullptr;  ///< null where nobody outside wants to know
    WorkspaceId workspace = {};
    std::string workspace_name = {};
  };
  /// Hears that a call waits, and for what, in a line; and that it goes on.
  struct OnWait {
    std::function<void(const std::string& what)> begin;
    std::function<void()> end;
  };

  ApprovalService(Strand strand, Parts parts);

  /// Hears every event before it is applied: what may end a wait.
  void before_apply(const Event& event);
  /// After a start: what was open before is asked again when its task goes on.
  void recover();

  /// Returns once the call is allowed. A person's answer, the end of the time, a change of the
  /// policy that decides it, and `stop` end the wait, whichever comes first.
  awaitable<Result<void>> approve(tools::Caller caller, approvals::Intent intent,
                                  json::object input, std::stop_token stop, OnWait on_wait);
  /// Ends the waits of callers that have no task, and those that come later: the workspace closes.
  /// What a task waits for ends with the task.
  void end_waits();
  /// The first answer holds; a later one is refused with Errc::kConflict.
  awaitable<Result<Sequence>> answer(std::string id, approvals::Decision decision, std::string note,
                                     std::string actor, std::string session);
  /// Records changes of the policy, all of them, durably; the last one's place.
  awaitable<Result<Sequence>> change(std::vector<EventDraft> changes);

 private:
  Result<std::string> ask(const tools::Caller& caller, const approvals::Intent& intent,
                          const json::object& input, const approvals::Verdict& verdict);
  awaitable<Result<void>> await_answer(const tools::Caller& caller, const approvals::Intent& intent,
                                       const std::string& id, std::stop_token stop);
  /// Tells those outside, once the question is durable.
  awaitable<void> announce(std::string id, std::string summary);
  /// Why the question ends now without a person; nothing while it stays open.
  std::optional<approvals::Expiry> due(const tools::Caller& caller, const std::string& id,
                                       const approvals::Verdict& now, const std::stop_token& stop);

  const Strand strand_;
  const Parts parts_;
  // Touched only on strand_.
  bool closing_ = false;
  Notifier changed_;
};

}  // namespace coditect::workspace
