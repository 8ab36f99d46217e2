#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "coordination/locks/segment_pattern.h"

namespace coditect::locks {

/// A set of paths of the project, as somebody locks them: a file `a/b.txt`, a folder `a/b/` (the
/// folder and everything below it), or a glob `src/**/*.cpp` (segments as in SegmentPattern).
///
/// Threads:    any, it never changes.
/// Invariants: text() parses to an equal pattern; key() is the folder, with a trailing slash,
///             that is spelled out before the first wildcard ("" when there is none), and every
///             path of the set has that prefix once a slash is put behind it.
class PathPattern {
 public:
  enum class Kind { kFile, kFolder, kGlob };

  /// Errc::kInvalid for what path_segments() refuses, for the empty pattern and for more than
  /// limits::kPathWildcardsMax wildcards. "a/**" is the folder "a/", "**" the whole project.
  static Result<PathPattern> parse(std::string_view text);
  /// The one file at `path`, even when its name holds characters that mean something in a glob.
  static Result<PathPattern> file(std::string_view path);

  const std::string& text() const { return text_; }
  const std::string& key() const { return key_; }
  Kind kind() const { return kind_; }

  /// Whether some path belongs to both. Never says no when there is one; says yes without one
  /// only where the common path would be no path at all (a segment "..").
  bool overlaps(const PathPattern& other) const;
  /// Whether every path of `other` belongs to this. May say no for two globs where it is so.
  bool covers(const PathPattern& other) const;

 private:
  PathPattern() = default;

  Kind kind_ = Kind::kFile;
  std::string text_;
  std::string key_;
  std::vector<SegmentPattern> segments_;
};

}  // namespace coditect::locks
