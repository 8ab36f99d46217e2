#include "storage/objects/memory/faults.h"

namespace coditect::objects {

void SeededFaults::set_link(Link link) {
  const std::lock_guard lock(mutex_);
  link_ = link;
}

void SeededFaults::set_rates(FaultRates rates) {
  const std::lock_guard lock(mutex_);
  rates_ = rates;
}

Fault SeededFaults::next(StoreCall, std::string_view) {
  const std::lock_guard lock(mutex_);
  Fault fault = draw();
  if (rates_.delay_max.count() > 0 && chance(rates_.delay_permille)) {
    const auto bound = static_cast<std::uint64_t>(rates_.delay_max.count()) + 1;
    fault.delay_before = std::chrono::milliseconds(random_.below(bound));
    fault.delay_after = std::chrono::milliseconds(random_.below(bound));
  }
  return fault;
}

Fault SeededFaults::draw() {
  Fault fault;
  if (link_ != Link::kUp) {
    fault.kind = link_ == Link::kRequestsCut ? Fault::Kind::kRequestLost : Fault::Kind::kAnswerLost;
    fault.reason = "the link is cut";
    return fault;
  }
  if (storm_calls_ == 0 && rates_.storm_calls_max > 0 && chance(rates_.storm_permille)) {
    storm_calls_ = 1 + random_.below(rates_.storm_calls_max);
  }
  if (storm_calls_ > 0) {
    --storm_calls_;
    fault.kind = Fault::Kind::kRequestLost;
    fault.reason = "429 too many requests";
    return fault;
  }
  const std::uint64_t draw = random_.below(1'000);
  if (draw < rates_.request_lost_permille) {
    fault.kind = Fault::Kind::kRequestLost;
    fault.reason = "the connection was refused";
  } else if (draw < rates_.request_lost_permille + rates_.answer_lost_permille) {
    fault.kind = Fault::Kind::kAnswerLost;
    fault.reason = "the connection was cut before the answer";
  } else if (draw <
             rates_.request_lost_permille + rates_.answer_lost_permille + rates_.late_permille) {
    fault.kind = Fault::Kind::kLate;
    fault.late_calls = 1 + random_.below(rates_.late_calls_max > 0 ? rates_.late_calls_max : 1);
    fault.reason = "timed out; the request is still on its way";
  }
  return fault;
}

}  // namespace coditect::objects
