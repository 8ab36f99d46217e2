#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coditect {

/// The variables that the process was started with. main reads them once and passes them down:
/// reading them later is not safe beside a thread that sets one.
///
/// Threads: any; constant after construction.
class Environment {
 public:
  using Variables = std::map<std::string, std::string, std::less<>>;

  Environment() = default;
  /// From "NAME=value" texts up to a null pointer, as the system keeps them.
  explicit Environment(const char* const* variables);
  explicit Environment(Variables variables) : variables_(std::move(variables)) {}

  /// A variable's value; nothing where it is unset or empty.
  std::optional<std::string> find(std::string_view name) const;
  /// Those of `names` that are there, as "NAME=value".
  std::vector<std::string> pick(std::initializer_list<std::string_view> names) const;

 private:
  Variables variables_;
};

}  // namespace coditect
