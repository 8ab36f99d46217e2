#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace coditect::budget {

/// Money in billionths of a dollar: sums are exact.
using Nanodollars = std::int64_t;

/// Names a reservation until the process ends.
enum class ReservationId : std::uint64_t {};

struct Scope {
  std::optional<Nanodollars> limit;  ///< none: counted, never refused
  Nanodollars spent = 0;
  Nanodollars reserved = 0;
  Nanodollars overrun = 0;  ///< what calls cost beyond their reservation
};

/// Budgets of one workspace by scope ("workspace", "agent:claude", "task:t_1"): money is reserved
/// in every scope of a call before it and settled after it.
///
/// Threads:    one strand.
/// Invariants: in a scope with a limit, spent + reserved <= limit, unless the limit was lowered
///             below what was spent and reserved then; amounts are never negative. What a call
///             costs beyond its reservation is a fact that cannot be refused: it counts as
///             overrun, and blocks further reservations like spent money.
/// Errors:     kBudget when one scope has not enough left; nothing is reserved then.
class Ledger {
 public:
  /// Limits and sums; reservations are volatile, for their calls end with the process.
  json::object snapshot() const;
  static Result<Ledger> restore(const json::object& snapshot);

  /// Errc::kInvalid below zero. A limit below what is spent refuses every further reservation.
  Result<void> set_limit(std::string_view scope, std::optional<Nanodollars> limit);
  Result<ReservationId> reserve(std::span<const std::string> scopes, Nanodollars amount);
  /// Ends a reservation: `cost` is spent, the rest is free again. Zero gives all of it back.
  Result<void> settle(ReservationId reservation, Nanodollars cost);
  /// What was spent before, as the log tells.
  Result<void> charge(std::span<const std::string> scopes, Nanodollars cost);

  /// Zeros for a scope never heard of.
  Scope scope(std::string_view name) const;

 private:
  struct Reservation {
    std::vector<std::string> scopes;
    Nanodollars amount = 0;
  };

  /// Adds to spent as far as the limit reaches, the rest to overrun.
  static void spend(Scope& scope, Nanodollars covered, Nanodollars cost);

  // Durable.
  std::map<std::string, Scope, std::less<>> scopes_;
  // Volatile.
  std::map<ReservationId, Reservation> reservations_;
  std::uint64_t last_reservation_ = 0;
};

}  // namespace coditect::budget
