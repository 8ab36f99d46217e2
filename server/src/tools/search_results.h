#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"

namespace coditect::tools {

/// The arguments of ripgrep that look for `query`, a regular expression, in the working directory;
/// `glob` "" means every file. Pure.
std::vector<std::string> search_arguments(std::string_view query, std::string_view glob);

struct SearchMatch {
  std::string path;
  std::int64_t line = 0;
  std::string text;  ///< valid UTF-8, without its line end, bounded
};

/// Collects matches from what `rg --json` prints, in pieces of any size.
///
/// Threads:    one at a time.
/// Invariants: holds at most `matches_max` matches and a bounded unfinished line.
class SearchResults {
 public:
  explicit SearchResults(std::size_t matches_max = limits::kSearchMatchesMax)
      : matches_max_(matches_max) {}

  void feed(std::string_view chunk);
  /// No further match is kept.
  bool full() const { return full_; }
  const std::vector<SearchMatch>& matches() const { return matches_; }
  /// What ripgrep printed besides its results: its complaints. Bounded.
  const std::string& complaints() const { return complaints_; }

 private:
  void take_line(std::string_view line);

  const std::size_t matches_max_;
  std::vector<SearchMatch> matches_;
  std::string unfinished_;
  std::string complaints_;
  bool skipping_ = false;  ///< inside a line that is too long to keep
  bool full_ = false;
};

}  // namespace coditect::tools
