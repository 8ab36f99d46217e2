#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string_view>

#include "base/random.h"

namespace coditect::objects {

enum class StoreCall { kPut, kGet, kHead, kList, kRemove };

/// What goes wrong with one call of a store.
struct Fault {
  enum class Kind {
    kNone,
    kRequestLost,  ///< nothing happens; Errc::kUnavailable
    kAnswerLost,   ///< it happens; Errc::kUnavailable all the same
    kLate,         ///< Errc::kUnavailable now; a put or remove happens `late_calls` calls later
  };
  Kind kind = Kind::kNone;
  std::chrono::milliseconds delay_before{0};  ///< of the request
  std::chrono::milliseconds delay_after{0};   ///< of the answer
  std::size_t late_calls = 0;                 ///< of anybody, on the same bucket
  std::string_view reason = "a fault was injected";
};

/// Decides what goes wrong; asked once a call, before anything happens.
///
/// Threads:  any.
/// Lifetime: outlives the stores that ask it.
class Faults {
 public:
  virtual ~Faults() = default;
  virtual Fault next(StoreCall call, std::string_view key) = 0;
};

/// Of a thousand calls, how many suffer what. The sum of the first three is at most 1,000.
struct FaultRates {
  unsigned request_lost_permille = 0;
  unsigned answer_lost_permille = 0;
  unsigned late_permille = 0;
  std::size_t late_calls_max = 20;
  unsigned delay_permille = 0;
  std::chrono::milliseconds delay_max{0};  ///< of the request, and of the answer
  unsigned storm_permille = 0;             ///< begins a row of calls refused with 429
  std::size_t storm_calls_max = 20;
};

/// The same faults for the same seed and the same order of calls.
///
/// Threads: any; with several of them the order of calls is not the seed's.
class SeededFaults final : public Faults {
 public:
  SeededFaults(std::uint64_t seed, FaultRates rates) : random_(seed), rates_(rates) {}

  enum class Link {
    kUp,
    kRequestsCut,  ///< nothing reaches the store
    kAnswersCut,   ///< everything reaches it, nothing comes back
  };
  /// Cuts the link to the store until it is set up again.
  void set_link(Link link);
  void set_rates(FaultRates rates);

  Fault next(StoreCall call, std::string_view key) override;

 private:
  Fault draw();
  bool chance(unsigned permille) { return random_.below(1'000) < permille; }

  std::mutex mutex_;
  // Guarded by mutex_.
  SeededRandom random_;
  FaultRates rates_;
  Link link_ = Link::kUp;
  std::size_t storm_calls_ = 0;
};

}  // namespace coditect::objects
