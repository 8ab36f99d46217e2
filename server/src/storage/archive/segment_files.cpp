#include "storage/archive/segment_files.h"

#include <algorithm>
#include <charconv>

namespace coditect::archive {
namespace {

constexpr std::string_view kSuffix = ".jsonl";
constexpr std::string_view kLineStart = "{\"seq\":";
static_assert(kLineStart.size() + kNameDigits == kLineHeadBytes);

}  // namespace

std::string segment_name(Sequence first) {
  std::string digits = std::to_string(first);
  digits.insert(0, kNameDigits - digits.size(), '0');
  return digits + std::string(kSuffix);
}

std::optional<Sequence> parse_segment_name(std::string_view name) {
  if (name.size() != kNameDigits + kSuffix.size() || !name.ends_with(kSuffix)) return std::nullopt;
  Sequence first = 0;
  const std::string_view digits = name.substr(0, kNameDigits);
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), first);
  if (error != std::errc() || end != digits.end() || first == 0) return std::nullopt;
  return first;
}

Result<std::vector<Sequence>> list_segments(const std::filesystem::path& folder) {
  std::vector<Sequence> segments;
  std::error_code error;
  std::filesystem::directory_iterator entries(folder, error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    if (const auto first = parse_segment_name(entries->path().filename().string())) {
      segments.push_back(*first);
    }
  }
  if (error == std::errc::no_such_file_or_directory)
    return not_found("no folder " + folder.string());
  if (error) return system_error("list " + folder.string(), error.value());
  std::ranges::sort(segments);
  return segments;
}

std::optional<Sequence> line_sequence(std::string_view line) {
  if (!line.starts_with(kLineStart)) return std::nullopt;
  line.remove_prefix(kLineStart.size());
  Sequence seq = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), seq);
  if (error != std::errc() || end == line.data() + line.size()) return std::nullopt;
  if ((*end != ',' && *end != '}') || seq == 0) return std::nullopt;
  return seq;
}

}  // namespace coditect::archive
