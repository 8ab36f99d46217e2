#pragma once

#include "api/http/component.h"

namespace coditect::api {

/// A part that this server was told to run without.
///
/// Threads: any.
class AbsentComponent final : public Component {
 public:
  explicit AbsentComponent(std::string_view name) : name_(name) {}

  std::string_view name() const override { return name_; }
  awaitable<ComponentHealth> health() override {
    co_return ComponentHealth{ComponentHealth::State::kAbsent, {}};
  }

 private:
  const std::string name_;
};

}  // namespace coditect::api
