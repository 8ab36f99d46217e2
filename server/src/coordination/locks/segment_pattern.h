#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace coditect::locks {

/// A pattern for one segment of a path: plain text, or a glob with `*` (any characters), `?` (one
/// character) and `[a-z]`, `[!a-z]`, `[^a-z]` (one character of a set; `]` first in a set is an
/// ordinary character, a `[` that is never closed too); or `**`, any number of segments.
///
/// A pattern also matches the segment that is spelled exactly like it. So `[id].tsx`, a usual
/// file name in some frameworks, is protected when somebody locks it by its name; the price is
/// that `i.tsx` is locked with it.
///
/// Threads:    any, it never changes.
/// Invariants: characters are code points, not bytes.
class SegmentPattern {
 public:
  /// `text` is UTF-8, not empty, and holds no slash.
  static SegmentPattern parse(std::string_view text);
  /// Matches `text` alone, whatever characters it holds.
  static SegmentPattern plain(std::string_view text);
  /// `**`
  static SegmentPattern any_depth();

  const std::string& text() const { return text_; }
  bool is_any_depth() const { return kind_ == Kind::kAnyDepth; }
  bool is_plain() const { return kind_ == Kind::kPlain; }
  /// How many `*`, `?` and `[...]` it holds: what an overlap test costs.
  std::size_t wildcards() const { return wildcards_; }

  /// Whether one segment is matched by both. Neither is any_depth().
  bool overlaps(const SegmentPattern& other) const;

 private:
  enum class Kind { kPlain, kGlob, kAnyDepth };
  struct Range {
    char32_t first;
    char32_t last;
  };
  /// A star, or one character of a set of sorted, separate ranges.
  struct Token {
    bool star = false;
    Range range{};
    std::vector<Range> more;  ///< the ranges after the first
  };
  using Tokens = std::vector<Token>;

  SegmentPattern(Kind kind, std::string_view text) : kind_(kind), text_(text) {}
  static Tokens spelled(std::string_view text);
  static Token set_of(std::vector<Range> ranges);
  static std::vector<Range> complement(const std::vector<Range>& ranges);
  static bool read_set(const std::u32string& text, std::size_t& at, Token& token);
  static bool meet(const Token& left, const Token& right);
  static bool overlap(const Tokens& left, const Tokens& right);

  Kind kind_;
  std::string text_;
  Tokens tokens_;  ///< of a glob
  std::size_t wildcards_ = 0;
};

}  // namespace coditect::locks
