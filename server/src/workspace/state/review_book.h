#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/event.h"
#include "base/json.h"

namespace coditect::workspace {

/// Which pieces of what tasks changed people have accepted. Changed by apply() alone.
///
/// Threads: one strand.
class ReviewBook {
 public:
  bool accepted(std::string_view task, std::string_view hunk) const;

  void apply(const Event& event);

  json::array snapshot() const;
  static Result<ReviewBook> restore(const json::array& snapshot);

 private:
  void accept(const std::string& task, std::string hunk);

  std::map<std::string, std::set<std::string, std::less<>>, std::less<>> accepted_;  // by task
  std::deque<std::string> tasks_;  ///< the oldest first
};

}  // namespace coditect::workspace
