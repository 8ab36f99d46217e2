#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/event.h"
#include "base/json.h"
#include "base/result.h"

namespace coditect::workspace {

/// Which files a person has trusted to instruct agents, each bound to the content it had then.
/// Pure.
///
/// Threads:    one strand.
/// Invariants: only apply() changes it, so a replay gives the same book.
class TrustBook {
 public:
  /// Whether the file is trusted with exactly this content (hex SHA-256).
  bool trusts(std::string_view path, std::string_view hash) const;
  /// Whether the file is trusted with any content.
  bool knows(std::string_view path) const { return hashes_.contains(path); }
  std::size_t size() const { return hashes_.size(); }

  void apply(const Event& event);

  json::object snapshot() const;
  static Result<TrustBook> restore(const json::object& snapshot);

 private:
  std::map<std::string, std::string, std::less<>> hashes_;  // by path
};

}  // namespace coditect::workspace
