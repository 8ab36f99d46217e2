#include "providers/resilience/pacer.h"

#include <algorithm>

#include "base/check.h"

namespace coditect::providers {

namespace {

/// With so many calls at once after a 429 and no second one, the limit holds without help.
constexpr std::size_t kAtOnceMax = 64;
/// An answer that is longer in coming than this does not keep the next call back.
constexpr std::chrono::seconds kNextOneAfter{2};
/// A limit that is whole again by then is waited for; a longer one fills up meanwhile.
constexpr std::chrono::seconds kWholeWithin{60};

}  // namespace

Pacer::Ticket Pacer::join(std::int64_t prompt_tokens) {
  const Ticket ticket = ++last_ticket_;
  line_[ticket] = {std::max<std::int64_t>(0, prompt_tokens), std::nullopt};
  return ticket;
}

std::optional<Pacer::Wait> Pacer::ask(Ticket ticket, SteadyTime now) {
  const auto place = line_.find(ticket);
  check(place != line_.end(), "who asks stands in line");
  forget_past(now);
  Member& member = place->second;
  if (auto wait = closed(line_.begin()->second.tokens, now)) {
    // Those who are kept waiting together come back one after another.
    if (wait->what == Wait::For::kLimit) at_once_ = 1;
    member.ready_since.reset();
    return wait;
  }
  if (place != line_.begin()) {
    const SteadyTime since = member.ready_since.value_or(now);
    member.ready_since = since;
    if (now < since + kNextOneAfter) return Wait{since + kNextOneAfter, "others go before it"};
    // The one before it does not ask: whoever it belongs to is held up.
    if (auto wait = closed(member.tokens, now)) return wait;
  }
  const std::int64_t tokens = member.tokens;
  for (auto& [name, window] : windows_) window.remaining -= need(name, window, tokens);
  line_.erase(place);
  unanswered_[ticket] = tokens;
  last_out_ = now;
  return std::nullopt;
}

std::optional<Pacer::Ticket> Pacer::first() const {
  if (line_.empty()) return std::nullopt;
  return line_.begin()->first;
}

void Pacer::heard(Ticket ticket, Answer answer, const std::vector<RateLimit>& limits,
                  SteadyTime now) {
  unanswered_.erase(ticket);
  forget_past(now);
  for (const RateLimit& told : limits) {
    Window window{told.limit, told.remaining, told.remaining, now, now + told.resets_in};
    // Whether the vendor has counted those already is not known.
    for (const auto& [other, tokens] : unanswered_) {
      window.remaining -= need(told.name, window, tokens);
    }
    windows_[told.name] = window;
  }
  if (answer == Answer::kTaken && at_once_) {
    *at_once_ *= 2;
    if (*at_once_ > kAtOnceMax) at_once_.reset();
  }
}

void Pacer::hold(std::chrono::milliseconds wait, SteadyTime now) {
  held_until_ = std::max(held_until_, now + wait);
  at_once_ = 1;
}

void Pacer::leave(Ticket ticket) {
  line_.erase(ticket);
  unanswered_.erase(ticket);
}

std::int64_t Pacer::need(const std::string& name, const Window& window, std::int64_t tokens) const {
  // How long the answer will be is not known.
  if (name == "requests" || name == "output-tokens") return 1;
  // A call that is larger than the whole limit waits for the whole limit; then the vendor decides.
  const std::int64_t most = window.limit.value_or(tokens);
  return std::max<std::int64_t>(1, std::min(tokens, most));
}

SteadyTime Pacer::opens_at(const Window& window, std::int64_t need) const {
  if (window.remaining >= need) return window.heard_at;
  const auto length = window.resets_at - window.heard_at;
  const std::int64_t used = window.limit.value_or(0) - window.told;
  if (length <= kWholeWithin || used <= 0) return window.resets_at;
  const double share = static_cast<double>(need - window.remaining) / static_cast<double>(used);
  const auto evenly = std::chrono::duration_cast<SteadyTime::duration>(length * share);
  return std::min(window.resets_at, window.heard_at + evenly);
}

std::optional<Pacer::Wait> Pacer::closed(std::int64_t tokens, SteadyTime now) const {
  if (now < held_until_)
    return Wait{held_until_, "the rate limit was reached", Wait::For::kRefusal};
  std::optional<Wait> longest;
  for (const auto& [name, window] : windows_) {
    const SteadyTime opens = opens_at(window, need(name, window, tokens));
    if (now >= opens) continue;
    if (!longest || longest->until < opens) {
      longest = Wait{opens, "the rate limit of " + name + " is used up", Wait::For::kLimit};
    }
  }
  if (longest) return longest;
  if (at_once_ && unanswered_.size() >= *at_once_ && now < last_out_ + kNextOneAfter) {
    return Wait{last_out_ + kNextOneAfter, "the rate limit was reached; calls go out in turn"};
  }
  return std::nullopt;
}

void Pacer::forget_past(SteadyTime now) {
  std::erase_if(windows_, [now](const auto& entry) { return now >= entry.second.resets_at; });
}

}  // namespace coditect::providers
