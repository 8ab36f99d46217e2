#include "coordination/locks/path_pattern.h"

#include <algorithm>
#include <span>

#include "base/limits.h"
#include "coordination/locks/path.h"
#include "coordination/locks/sequence_overlap.h"

namespace coditect::locks {

namespace {

/// The canonical text: a trailing `**` is written as a trailing slash.
std::string text_of(const std::vector<SegmentPattern>& segments) {
  if (segments.size() == 1 && segments[0].is_any_depth()) return "**";
  std::string text;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (i > 0) text += '/';
    if (i + 1 < segments.size() || !segments[i].is_any_depth()) text += segments[i].text();
  }
  return text;
}

}  // namespace

Result<PathPattern> PathPattern::parse(std::string_view text) {
  TRY(std::vector<std::string_view> parts, path_segments(text));
  PathPattern pattern;
  std::size_t wildcards = 0;
  for (std::string_view part : parts) {
    SegmentPattern segment = SegmentPattern::parse(part);
    if (segment.is_any_depth()) {
      if (!pattern.segments_.empty() && pattern.segments_.back().is_any_depth()) continue;
      ++wildcards;
    }
    wildcards += segment.wildcards();
    pattern.segments_.push_back(std::move(segment));
  }
  auto& segments = pattern.segments_;
  if (segments.empty()) return invalid("the path is empty", "write ** for the whole project");
  if (wildcards > limits::kPathWildcardsMax) {
    return invalid(
        "the pattern holds more than " + std::to_string(limits::kPathWildcardsMax) + " wildcards",
        "lock the folder instead");
  }
  if (text.ends_with('/') && !segments.back().is_any_depth()) {
    segments.push_back(SegmentPattern::any_depth());
  }
  const auto wild = std::ranges::find_if(segments, [](const auto& s) { return !s.is_plain(); });
  for (auto segment = segments.begin(); segment != wild; ++segment) {
    pattern.key_ += segment->text();
    pattern.key_ += '/';
  }
  if (wild == segments.end()) {
    pattern.kind_ = Kind::kFile;
  } else {
    const bool folder = wild + 1 == segments.end() && wild->is_any_depth();
    pattern.kind_ = folder ? Kind::kFolder : Kind::kGlob;
  }
  pattern.text_ = text_of(segments);
  return pattern;
}

Result<PathPattern> PathPattern::file(std::string_view path) {
  PathPattern pattern;
  TRY(pattern.text_, canonical_path(path));
  TRY(std::vector<std::string_view> parts, path_segments(pattern.text_));
  for (std::string_view part : parts) pattern.segments_.push_back(SegmentPattern::plain(part));
  pattern.key_ = pattern.text_ + '/';
  return pattern;
}

bool PathPattern::overlaps(const PathPattern& other) const {
  const bool apart = !key_.starts_with(other.key_) && !other.key_.starts_with(key_);
  if (apart) return false;
  if (kind_ == Kind::kFile && other.kind_ == Kind::kFile) return key_ == other.key_;
  if (kind_ == Kind::kFolder && other.kind_ == Kind::kFolder) return true;
  if (kind_ == Kind::kFolder && other.kind_ == Kind::kFile) return other.key_.starts_with(key_);
  if (kind_ == Kind::kFile && other.kind_ == Kind::kFolder) return key_.starts_with(other.key_);
  return sequences_overlap(
      std::span<const SegmentPattern>(segments_), std::span<const SegmentPattern>(other.segments_),
      [](const SegmentPattern& segment) { return segment.is_any_depth(); },
      [](const SegmentPattern& a, const SegmentPattern& b) { return a.overlaps(b); });
}

bool PathPattern::covers(const PathPattern& other) const {
  switch (kind_) {
    case Kind::kFile: return other.kind_ == Kind::kFile && key_ == other.key_;
    case Kind::kFolder: return other.key_.starts_with(key_);
    case Kind::kGlob:
      if (other.kind_ == Kind::kFile) return overlaps(other);
      return other.kind_ == Kind::kGlob && text_ == other.text_;
  }
  return false;
}

}  // namespace coditect::locks
