#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agents/agent_directory.h"
#include "async/notifier.h"
#include "async/strand.h"
#include "async/task_group.h"
#include "base/clock.h"
#include "base/random.h"
#include "coordination/approvals/desk.h"
#include "coordination/bus/bus.h"
#include "coordination/locks/escalation.h"
#include "workspace/coordination/lock_service.h"
#include "workspace/log/event_log.h"

namespace coditect::workspace {

/// Does something about agents that wait too long for a lock: tells its holder, takes it away from
/// one that is idle, asks a person. What is due when is decided by locks::look().
///
/// Threads:    the workspace's strand.
/// Lifetime:   its parts outlive it. Await close() before destroying it.
/// Invariants: a lock is taken away only by its token, in the same step as the event that says why,
///             so a write of the old holder is refused from there on; while no task waits for a
///             lock, this costs nothing.
class EscalationService {
 public:
  struct Parts {
    EventLog& log;
    LockService& locks;
    const locks::EscalationBook& book;
    const approvals::Desk& desk;
    const bus::Bus& bus;
    const agents::AgentDirectory& directory;
    const Clock& clock;
    Random& random;
    locks::Ladder ladder;
  };

  EscalationService(Strand strand, Parts parts);

  /// After a start: nobody is idle yet.
  void start();
  /// Hears every event after it was applied.
  void after_apply(const Event& event);
  /// Does what is due now.
  void pump();
  /// The workspace closes: what is open is asked again after the next start.
  void stop();
  awaitable<void> close();

 private:
  struct Question {
    locks::WaiterId waiter{};
    std::string path;
    std::vector<locks::Token> tokens;  ///< that the person is asked about
  };
  struct Answered {
    Question question;
    approvals::Decision decision;
    std::string by;
    std::string note;
  };

  bool concerned() const { return waiting_ || !questions_.empty() || !answered_.empty(); }
  void wake();
  awaitable<void> watch();
  void take_answers();
  void take(const Answered& answered);
  /// Ends the questions whose time is over or whose wait is.
  void end_questions(const std::vector<locks::LongWait>& waits);
  void carry_out(const locks::LongWait& wait, const locks::DueStep& step);
  void tell(const locks::LongWait& wait, const locks::Lock& lock);
  void revoke(const locks::LongWait& wait, const locks::Lock& lock);
  void ask(const locks::LongWait& wait, const std::vector<locks::Lock>& locks);
  void record(const locks::LongWait& wait, locks::Rung rung, std::vector<locks::Lock> locks,
              std::string why, std::string question = {});
  /// Puts a message into the inbox of whoever holds a lock.
  void send(const std::string& holder, const std::string& task, std::string text);

  const Strand strand_;
  const Parts parts_;
  // Touched only on strand_.
  locks::HolderActivity activity_;
  std::map<std::string, Question> questions_;  ///< open, by approval
  std::vector<Answered> answered_;             ///< and not acted upon yet
  std::optional<Time> next_;                   ///< when something will be due
  bool waiting_ = false;                       ///< a task waits for a lock, or did at the last look
  bool watching_ = false;
  bool stopped_ = false;
  Notifier changed_;
  TaskGroup background_;
};

}  // namespace coditect::workspace
