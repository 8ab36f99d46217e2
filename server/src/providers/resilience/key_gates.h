#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "providers/provider_kind.h"
#include "providers/resilience/key_gate.h"

namespace coditect::providers {

/// The gates of a process: one for each key at each address, whoever uses it. One that nobody uses
/// any more, because the key was replaced, is forgotten.
///
/// Threads:  any.
/// Lifetime: `clock` outlives it and its gates.
class KeyGates {
 public:
  explicit KeyGates(const Clock& clock) : clock_(clock) {}

  /// The gate of these; the same one for the same. `base_url` is "" for the vendor's own.
  std::shared_ptr<KeyGate> gate(ProviderKind kind, const std::string& base_url,
                                const std::string& api_key);
  /// Of all gates, in the order in which they were made.
  std::vector<KeyGate::Status> status() const;

 private:
  using Id = std::tuple<ProviderKind, std::string, std::string>;

  const Clock& clock_;
  // Guarded by mutex_.
  mutable std::mutex mutex_;
  std::map<Id, std::weak_ptr<KeyGate>> gates_;
  std::vector<std::weak_ptr<KeyGate>> in_order_;
};

}  // namespace coditect::providers
