#include "providers/resilience/key_gates.h"

#include <set>

namespace coditect::providers {

std::shared_ptr<KeyGate> KeyGates::gate(ProviderKind kind, const std::string& base_url,
                                        const std::string& api_key) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<KeyGate>& place = gates_[{kind, base_url, api_key}];
  if (place == nullptr) {
    std::set<std::string> taken;
    for (const auto& other : in_order_) taken.insert(other->status().name);
    // A second key of a vendor is told from the first by a number: nothing of a key is shown.
    const std::string vendor(to_string(kind));
    std::string name = vendor;
    for (int number = 2; taken.contains(name); ++number)
      name = vendor + " " + std::to_string(number);
    place = std::make_shared<KeyGate>(name, clock_);
    in_order_.push_back(place);
  }
  return place;
}

std::vector<KeyGate::Status> KeyGates::status() const {
  const std::lock_guard lock(mutex_);
  std::vector<KeyGate::Status> all;
  for (const auto& gate : in_order_) all.push_back(gate->status());
  return all;
}

}  // namespace coditect::providers
