#include "providers/resilience/key_gates.h"

#include <set>

namespace coditect::providers {

std::shared_ptr<KeyGate> KeyGates::gate(ProviderKind kind, const std::string& base_url,
                                        const std::string& api_key) {
  const std::lock_guard lock(mutex_);
  std::erase_if(gates_, [](const auto& each) { return each.second.expired(); });
  std::erase_if(in_order_, [](const auto& each) { return each.expired(); });
  std::weak_ptr<KeyGate>& place = gates_[{kind, base_url, api_key}];
  std::shared_ptr<KeyGate> gate = place.lock();
  if (gate == nullptr) {
    std::set<std::string> taken;
    for (const auto& each : in_order_) {
      if (const auto other = each.lock()) taken.insert(other->status().name);
    }
    // A second key of a vendor is told from the first by a number: nothing of a key is shown.
    const std::string vendor(to_string(kind));
    std::string name = vendor;
    for (int number = 2; taken.contains(name); ++number)
      name = vendor + " " + std::to_string(number);
    gate = std::make_shared<KeyGate>(name, clock_);
    place = gate;
    in_order_.push_back(gate);
  }
  return gate;
}

std::vector<KeyGate::Status> KeyGates::status() const {
  const std::lock_guard lock(mutex_);
  std::vector<KeyGate::Status> all;
  for (const auto& each : in_order_) {
    if (const auto gate = each.lock()) all.push_back(gate->status());
  }
  return all;
}

}  // namespace coditect::providers
