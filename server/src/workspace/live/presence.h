#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "workspace/preview_hub.h"

namespace coditect::workspace {

/// Who has a workspace open, and what each looks at. It is told as `presence` notifications: all
/// of it when somebody comes or goes, one person's part when that changes. Nothing of it is logged.
///
/// Threads:  the workspace's strand.
/// Lifetime: hub and clock outlive it.
/// Errors:   kInvalid for what is no place in a file, kLimit for too many changes.
class Presence {
 public:
  /// Where somebody looks: offsets in UTF-16 units, as editors count them.
  struct Look {
    std::string path;  ///< "" for no file
    std::optional<std::int64_t> anchor;
    std::optional<std::int64_t> head;
  };

  Presence(PreviewHub& hub, const Clock& clock) : hub_(hub), clock_(clock) {}

  void enter(std::uint64_t connection, std::string actor, std::string_view role);
  Result<void> look(std::uint64_t connection, Look look);
  void leave(std::uint64_t connection);
  /// [{connection, name, actor, role, path?, anchor?, head?}], the oldest first.
  json::array list() const;

 private:
  struct Someone {
    std::string actor;
    std::string role;
    Look look;
    SteadyTime counted_since{};
    std::uint64_t counted = 0;
  };
  static json::object row(std::uint64_t connection, const Someone& someone);
  void show_all();

  PreviewHub& hub_;
  const Clock& clock_;
  std::map<std::uint64_t, Someone> here_;
};

}  // namespace coditect::workspace
