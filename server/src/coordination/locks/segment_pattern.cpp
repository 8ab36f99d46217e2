#include "coordination/locks/segment_pattern.h"

#include <algorithm>
#include <span>

#include "base/check.h"
#include "coordination/locks/sequence_overlap.h"
#include "coordination/locks/utf8.h"

namespace coditect::locks {

namespace {

constexpr char32_t kFirst = 1;
constexpr char32_t kLast = 0x10FFFF;

std::u32string decode(std::string_view text) {
  auto points = decode_utf8(text);
  check(points.has_value(), "segments are checked to be UTF-8 before they are parsed");
  return *std::move(points);
}

}  // namespace

SegmentPattern SegmentPattern::plain(std::string_view text) { return {Kind::kPlain, text}; }

SegmentPattern SegmentPattern::any_depth() { return {Kind::kAnyDepth, "**"}; }

SegmentPattern SegmentPattern::parse(std::string_view text) {
  if (text == "**") return any_depth();
  if (text.find_first_of("*?[") == std::string_view::npos) return plain(text);
  SegmentPattern pattern(Kind::kGlob, text);
  const std::u32string points = decode(text);
  for (std::size_t at = 0; at < points.size();) {
    Token token;
    const char32_t point = points[at];
    if (point == U'*') {
      ++at;
      if (!pattern.tokens_.empty() && pattern.tokens_.back().star) continue;
      token.star = true;
      ++pattern.wildcards_;
    } else if (point == U'?') {
      ++at;
      token.range = {kFirst, kLast};
      ++pattern.wildcards_;
    } else if (point == U'[' && read_set(points, at, token)) {
      ++pattern.wildcards_;
    } else {
      ++at;
      token.range = {point, point};
    }
    pattern.tokens_.push_back(std::move(token));
  }
  if (pattern.wildcards_ == 0) return plain(text);
  return pattern;
}

/// Reads the set that begins at `at`; false, and nothing changed, when it is never closed or
/// matches nothing.
bool SegmentPattern::read_set(const std::u32string& text, std::size_t& at, Token& token) {
  std::size_t i = at + 1;
  const bool negated = i < text.size() && (text[i] == U'!' || text[i] == U'^');
  if (negated) ++i;
  const std::size_t first = i;
  std::vector<Range> ranges;
  while (i < text.size() && (text[i] != U']' || i == first)) {
    const bool is_range = i + 2 < text.size() && text[i + 1] == U'-' && text[i + 2] != U']';
    const Range range{text[i], is_range ? text[i + 2] : text[i]};
    if (range.first <= range.last) ranges.push_back(range);
    i += is_range ? 3 : 1;
  }
  if (i >= text.size()) return false;
  std::ranges::sort(ranges, {}, &Range::first);
  if (negated) ranges = complement(ranges);
  if (ranges.empty()) return false;
  token = set_of(std::move(ranges));
  at = i + 1;
  return true;
}

std::vector<SegmentPattern::Range> SegmentPattern::complement(const std::vector<Range>& ranges) {
  std::vector<Range> rest;
  char32_t from = kFirst;
  for (const Range& range : ranges) {
    if (range.first > from) rest.push_back({from, range.first - 1});
    from = std::max<char32_t>(from, range.last + 1);
  }
  if (from <= kLast) rest.push_back({from, kLast});
  return rest;
}

SegmentPattern::Token SegmentPattern::set_of(std::vector<Range> ranges) {
  Token token;
  token.range = ranges.front();
  token.more.assign(ranges.begin() + 1, ranges.end());
  return token;
}

SegmentPattern::Tokens SegmentPattern::spelled(std::string_view text) {
  Tokens tokens;
  for (char32_t point : decode(text)) {
    Token token;
    token.range = {point, point};
    tokens.push_back(std::move(token));
  }
  return tokens;
}

bool SegmentPattern::meet(const Token& left, const Token& right) {
  const auto meets = [](const Range& a, const Range& b) {
    return a.first <= b.last && b.first <= a.last;
  };
  const auto meets_right = [&](const Range& a) {
    return meets(a, right.range) ||
           std::ranges::any_of(right.more, [&](const Range& b) { return meets(a, b); });
  };
  return meets_right(left.range) || std::ranges::any_of(left.more, meets_right);
}

bool SegmentPattern::overlap(const Tokens& left, const Tokens& right) {
  return sequences_overlap(
      std::span<const Token>(left), std::span<const Token>(right),
      [](const Token& token) { return token.star; }, meet);
}

bool SegmentPattern::overlaps(const SegmentPattern& other) const {
  check(!is_any_depth() && !other.is_any_depth());
  if (text_ == other.text_) return true;
  if (is_plain() && other.is_plain()) return false;
  if (!is_plain() && overlap(tokens_, spelled(other.text_))) return true;
  if (!other.is_plain() && overlap(spelled(text_), other.tokens_)) return true;
  return !is_plain() && !other.is_plain() && overlap(tokens_, other.tokens_);
}

}  // namespace coditect::locks
