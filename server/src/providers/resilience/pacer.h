#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "providers/wire/rate_limits.h"

namespace coditect::providers {

/// Decides when the calls of one key go out, so that its rate limits hold whoever makes the calls.
/// Pure: time in, decision out.
///
/// Calls stand in line in the order in which they came. The first of them goes out as soon as
/// every limit that was last heard has room for it; a limit without room is waited for until the
/// moment at which the vendor says nothing of it is used any more, or, where that is more than a
/// minute away, until enough has come back, evenly, by then. After a 429, and after a limit
/// was waited for, one call goes out first, then two at a time, four, and so on with each that is
/// answered, so that those who waited together do not come back together.
///
/// Threads:    one at a time.
/// Invariants: nobody is overtaken who asks when it is told to; who does not keeps the others back
///             for two seconds. A call goes out once; what calls need that went out and are not
///             answered yet counts as used, whatever the vendor said meanwhile.
class Pacer {
 public:
  using Ticket = std::uint64_t;

  /// Why the first in line does not go out, and until when; it asks again then, or when anything
  /// else was told to the pacer.
  struct Wait {
    SteadyTime until;
    std::string reason;
    enum class For { kRefusal, kLimit, kTurn } what = For::kTurn;
  };

  /// A call joins the line. `prompt_tokens` is how many it probably takes of a limit of tokens.
  Ticket join(std::int64_t prompt_tokens);
  /// Nothing: the call goes out now. Asking again after that is a mistake.
  std::optional<Wait> ask(Ticket ticket, SteadyTime now);
  /// The call's response has begun, with these limits. `refused` where it was a 429.
  enum class Answer { kTaken, kRefused };
  void heard(Ticket ticket, Answer answer, const std::vector<RateLimit>& limits, SteadyTime now);
  /// The vendor wants nobody to call before `wait` has passed.
  void hold(std::chrono::milliseconds wait, SteadyTime now);
  /// The call leaves: it gave up waiting, or has ended with or without an answer. May be repeated.
  void leave(Ticket ticket);

  /// Whose turn it is; nothing where nobody waits.
  std::optional<Ticket> first() const;
  std::size_t waiting() const { return line_.size(); }
  std::size_t under_way() const { return unanswered_.size(); }

 private:
  struct Window {
    std::optional<std::int64_t> limit;
    std::int64_t told = 0;       ///< what was left when it was heard
    std::int64_t remaining = 0;  ///< the same, less what went out since
    SteadyTime heard_at;
    SteadyTime resets_at;
  };
  struct Member {
    std::int64_t tokens = 0;
    std::optional<SteadyTime> ready_since;  ///< could go, but for those before it
  };

  std::int64_t need(const std::string& name, const Window& window, std::int64_t tokens) const;
  /// When `window` has room for so much.
  SteadyTime opens_at(const Window& window, std::int64_t need) const;
  /// Why no call that needs so many tokens goes out at `now`.
  std::optional<Wait> closed(std::int64_t tokens, SteadyTime now) const;
  void forget_past(SteadyTime now);

  Ticket last_ticket_ = 0;
  std::map<Ticket, Member> line_;              // first come first
  std::map<Ticket, std::int64_t> unanswered_;  // what each that went out needs
  std::map<std::string, Window> windows_;
  SteadyTime held_until_{};
  std::optional<std::size_t> at_once_;  // calls without an answer while coming back; else no limit
  SteadyTime last_out_{};
};

}  // namespace coditect::providers
