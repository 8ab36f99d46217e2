#include "tools/search_results.h"

#include <algorithm>

#include "base/json.h"
#include "base/limits.h"
#include "tools/sandbox/bounded_output.h"

namespace coditect::tools {

namespace {

constexpr std::size_t kReportBytesMax = 1u << 20;  // of one line of ripgrep's; longer are skipped
constexpr std::size_t kComplaintBytesMax = 2000;

/// ripgrep gives text as {"text"}, or as {"bytes"} in base64 where it is not UTF-8.
std::string text_of(const json::object& data, std::string_view key) {
  const json::object* member = find_object(data, key);
  if (member == nullptr) return {};
  return find_string(*member, "text").value_or("[not UTF-8]");
}

std::string shortened(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (text.size() <= limits::kSearchLineBytesMax) return text;
  text.resize(utf8_prefix(text, limits::kSearchLineBytesMax));
  return text + " [...]";
}

}  // namespace

std::vector<std::string> search_arguments(std::string_view query, std::string_view glob) {
  std::vector<std::string> arguments{"rg", "--json", "--sort", "path",
                                     // Hidden files are the project's too, save for git's own.
                                     "--hidden", "--no-config", "--no-require-git",
                                     "--max-filesize=" + std::to_string(limits::kFileBytesMax)};
  if (!glob.empty()) arguments.push_back("--glob=" + std::string(glob));
  arguments.emplace_back("--glob=!.git");
  arguments.push_back("--regexp=" + std::string(query));
  arguments.emplace_back("./");
  return arguments;
}

void SearchResults::feed(std::string_view chunk) {
  while (!chunk.empty() && !full_) {
    const std::size_t end = chunk.find('\n');
    const std::string_view part = chunk.substr(0, end);
    if (!skipping_) unfinished_ += part;
    if (unfinished_.size() > kReportBytesMax) {
      skipping_ = true;
      unfinished_.clear();
    }
    if (end == std::string_view::npos) return;
    if (!skipping_) take_line(unfinished_);
    skipping_ = false;
    unfinished_.clear();
    chunk.remove_prefix(end + 1);
  }
}

void SearchResults::take_line(std::string_view line) {
  const auto report = parse_json_object(line);
  if (!report) {
    const std::size_t room = kComplaintBytesMax - std::min(complaints_.size(), kComplaintBytesMax);
    complaints_ += to_valid_utf8(line.substr(0, room));
    if (room > 0) complaints_ += '\n';
    return;
  }
  const json::object* data = find_object(*report, "data");
  if (find_string(*report, "type") != "match" || data == nullptr) return;
  if (matches_.size() == matches_max_) {
    full_ = true;
    return;
  }
  SearchMatch match;
  match.path = text_of(*data, "path");
  if (match.path.starts_with("./")) match.path.erase(0, 2);
  match.line = find_int(*data, "line_number").value_or(0);
  match.text = shortened(text_of(*data, "lines"));
  matches_.push_back(std::move(match));
}

}  // namespace coditect::tools
