#include "storage/databases/log_applier.h"

#include <utility>

#include "base/clock.h"

namespace coditect::databases {

namespace {

// Long enough to share the cost of a commit, short enough that the WAL of a rebuild stays small.
constexpr int kEventsPerTransaction = 1000;

std::string mark_of(const Event& event) { return event.prev + " " + to_rfc3339(event.ts); }

// One run of apply_log: takes the feed's events one by one.
class LogApplier {
 public:
  LogApplier(Connection& connection, const Projection& projection, EventFeed& feed, Sequence head,
             Applied& applied)
      : connection_(connection),
        projection_(projection),
        target_(connection, feed),
        head_(head),
        applied_(applied),
        pending_(applied) {}

  // The event that the database says it has applied last.
  bool is_the_last_applied(const Event& event) const {
    return event.seq == applied_.seq && mark_of(event) == applied_.mark;
  }

  Result<void> take(const Event& event) {
    if (event.seq > head_) return {};
    if (event.seq != pending_.seq + 1) {
      return internal("the log goes from event " + std::to_string(pending_.seq) + " to " +
                          std::to_string(event.seq),
                      "run `coditect verify` on the workspace");
    }
    if (events_ == 0) TRY_VOID(connection_.execute("BEGIN IMMEDIATE"));
    Result<void> done = projection_.apply(event, target_);
    if (!done) return std::move(done).error().in("event " + std::to_string(event.seq));
    pending_.seq = event.seq;
    pending_.mark = mark_of(event);
    return ++events_ < kEventsPerTransaction ? Result<void>() : commit();
  }

  Result<void> commit() {
    if (events_ == 0) return {};
    TRY_VOID(target_.run("UPDATE meta SET value=? WHERE key='applied_seq'", pending_.seq));
    TRY_VOID(target_.run("UPDATE meta SET value=? WHERE key='applied_mark'", pending_.mark));
    TRY_VOID(target_.run("COMMIT"));
    applied_ = pending_;
    events_ = 0;
    return {};
  }

 private:
  Connection& connection_;
  const Projection& projection_;
  ProjectionTarget target_;
  const Sequence head_;
  Applied& applied_;
  Applied pending_;
  int events_ = 0;
};

}  // namespace

Result<Applied> read_applied(Connection& connection) {
  TRY(Statement statement,
      connection.prepare("SELECT (SELECT value FROM meta WHERE key='applied_seq'),"
                         " (SELECT value FROM meta WHERE key='applied_mark')"));
  TRY_VOID(statement.step());
  Applied applied{.seq = static_cast<Sequence>(statement.integer(0)),
                  .mark = std::string(statement.text(1))};
  return applied;
}

Result<Outcome> apply_log(Connection& connection, const Projection& projection, EventFeed& feed,
                          Trust trust, Applied& applied) {
  const Sequence head = feed.head();
  if (applied.seq > head) return Outcome::kOtherLog;
  // Nothing applied is a state of every log.
  bool verified = trust == Trust::kKnown || applied.seq == 0;
  if (verified && applied.seq == head) return Outcome::kCurrent;

  LogApplier applier(connection, projection, feed, head, applied);
  bool other_log = false;
  const auto each = [&](const Event& event) -> Result<void> {
    if (verified) return applier.take(event);
    verified = applier.is_the_last_applied(event);
    other_log = !verified;
    return other_log ? Result<void>(internal("another log")) : Result<void>();
  };
  const Sequence first = verified ? applied.seq + 1 : applied.seq;
  Result<void> read = feed.read(first, each);
  if (other_log) return Outcome::kOtherLog;
  if (!read) return std::move(read).error();
  TRY_VOID(applier.commit());
  if (!verified || applied.seq < head) {
    return unavailable("the log ended at event " + std::to_string(applied.seq) + " of " +
                       std::to_string(head));
  }
  return Outcome::kCurrent;
}

}  // namespace coditect::databases
