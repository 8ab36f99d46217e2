#include "storage/replication/lease/lease_owner.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace coditect::replication {

LeaseOwner::LeaseOwner(LeaseTimes times, LeaseRecord record, std::string generation,
                       SteadyTime sent_at)
    : times_(times),
      record_(std::move(record)),
      generation_(std::move(generation)),
      sent_at_(sent_at),
      sealed_through_(record_.sealed_through) {
  check(times_.margin < times_.time && times_.renew_interval < times_.owner_time());
  check(!record_.released());
}

LeaseOwner::Order LeaseOwner::next(SteadyTime now) {
  if (phase_ == Phase::kLost || phase_ == Phase::kReleased) return Stop{};
  if (now < retry_at_) return Wait{retry_at_};
  if (look_) return Read{};
  if (sent_) return Write{sent_->record, generation_};
  if (phase_ == Phase::kReleasing) return write(now);
  const SteadyTime due = sent_at_ + times_.renew_interval;
  if (now < due) return Wait{due};
  return write(now);
}

LeaseOwner::Write LeaseOwner::write(SteadyTime now) {
  LeaseRecord record = record_;
  ++record.counter;
  record.sealed_through = sealed_through_;
  if (phase_ == Phase::kReleasing) record.holder.clear();
  sent_ = Sent{record, now};
  return Write{std::move(record), generation_};
}

void LeaseOwner::settle(std::string generation) {
  record_ = std::move(sent_->record);
  sent_at_ = sent_->first_at;
  generation_ = std::move(generation);
  sent_.reset();
  look_ = false;
  if (record_.released()) phase_ = Phase::kReleased;
}

void LeaseOwner::stored(std::string generation) {
  check(sent_.has_value());
  settle(std::move(generation));
}

void LeaseOwner::refused() {
  check(sent_.has_value());
  look_ = true;
}

void LeaseOwner::failed(SteadyTime now) { retry_at_ = now + times_.retry_interval; }

void LeaseOwner::found(const LeaseRecord& record, std::string generation) {
  check(look_ && sent_.has_value());
  if (record == sent_->record) return settle(std::move(generation));
  look_ = false;
  if (record == record_) {  // nothing came of the write; only its condition was wrong
    generation_ = std::move(generation);
    return;
  }
  phase_ = Phase::kLost;
}

void LeaseOwner::absent() { phase_ = Phase::kLost; }

void LeaseOwner::seal_through(std::uint64_t epoch) {
  check(epoch < record_.epoch && epoch >= sealed_through_);
  sealed_through_ = epoch;
}

void LeaseOwner::release() {
  if (phase_ == Phase::kHeld) phase_ = Phase::kReleasing;
}

LeaseStanding LeaseOwner::standing(SteadyTime now) const {
  if (phase_ == Phase::kLost) return LeaseStanding::kLost;
  return now < valid_until() ? LeaseStanding::kValid : LeaseStanding::kFenced;
}

SteadyTime LeaseOwner::valid_until() const {
  if (phase_ != Phase::kHeld) return SteadyTime::min();
  return sent_at_ + times_.owner_time();
}

}  // namespace coditect::replication
