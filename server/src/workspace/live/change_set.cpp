#include "workspace/live/change_set.h"

#include <map>
#include <vector>

#include "tools/shortest_edit.h"
#include "workspace/live/utf16.h"

namespace coditect::workspace {

namespace {

using Lines = std::vector<std::u16string_view>;

/// Beyond so many lines that differ all between the first and the last is replaced.
constexpr std::size_t kEditsMax = 300;

Error no_change() {
  return invalid("this is no change of the document's text",
                 "send what ChangeSet.toJSON() gives for the version that you name");
}

/// Reads a length that fits into what is left of the text.
Result<std::size_t> length_of(const json::value& value, std::size_t left) {
  const auto length = find_int(json::object{{"n", value}}, "n");
  if (!length || *length < 0 || static_cast<std::size_t>(*length) > left) return no_change();
  return static_cast<std::size_t>(*length);
}

Result<void> add_lines(const json::array& part, std::u16string& text) {
  for (std::size_t at = 1; at < part.size(); ++at) {
    if (!part[at].is_string() || part[at].get_string().find('\n') != json::string::npos) {
      return no_change();
    }
    TRY(const std::u16string line, to_utf16(part[at].get_string()));
    if (at > 1) text += u'\n';
    text += line;
  }
  return {};
}

/// Lines with their line breaks.
Lines lines_of(std::u16string_view text) {
  Lines lines;
  while (!text.empty()) {
    const auto end = text.find(u'\n');
    const std::size_t size = end == std::u16string_view::npos ? text.size() : end + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

bool is_low(char16_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

/// One replacement, in offsets of the text before.
struct Splice {
  std::size_t from = 0;
  std::size_t to = 0;
  std::u16string_view insert;
};

/// Without what both sides begin and end with, cutting no surrogate pair.
Splice narrowed(std::u16string_view before, Splice splice) {
  auto& [from, to, insert] = splice;
  while (from < to && !insert.empty() && before[from] == insert.front()) {
    ++from;
    insert.remove_prefix(1);
  }
  const bool splits =
      (from < to && is_low(before[from])) || (!insert.empty() && is_low(insert.front()));
  if (splits && from > 0 && insert.data() != nullptr) {
    --from;
    insert = std::u16string_view(insert.data() - 1, insert.size() + 1);
  }
  while (to > from && !insert.empty() && before[to - 1] == insert.back() &&
         !is_low(insert.back())) {
    --to;
    insert.remove_suffix(1);
  }
  return splice;
}

json::array part_of(const Splice& splice) {
  json::array part{splice.to - splice.from};
  if (splice.insert.empty()) return part;
  const std::string text = to_utf8(splice.insert);
  std::string_view rest = text;
  for (;;) {
    const auto end = rest.find('\n');
    part.emplace_back(rest.substr(0, end));
    if (end == std::string_view::npos) return part;
    rest.remove_prefix(end + 1);
  }
}

std::size_t size_of(const Lines& lines, std::size_t begin, std::size_t end) {
  std::size_t size = 0;
  for (std::size_t at = begin; at < end; ++at) size += lines[at].size();
  return size;
}

/// The replacements of whole lines, in order and apart from each other.
std::vector<Splice> splices_between(std::u16string_view before, std::u16string_view after) {
  const Lines old_lines = lines_of(before), new_lines = lines_of(after);
  std::map<std::u16string_view, std::uint32_t> numbers;
  const auto numbered = [&numbers](const Lines& lines) {
    std::vector<std::uint32_t> all;
    for (const auto line : lines) {
      all.push_back(
          numbers.try_emplace(line, static_cast<std::uint32_t>(numbers.size())).first->second);
    }
    return all;
  };
  const auto old_numbers = numbered(old_lines), new_numbers = numbered(new_lines);
  std::vector<Splice> splices;
  std::size_t old_at = 0, old_line = 0, new_at = 0, new_line = 0;
  for (const auto& change : tools::shortest_edit(old_numbers, new_numbers, kEditsMax)) {
    old_at += size_of(old_lines, old_line, change.before_begin);
    new_at += size_of(new_lines, new_line, change.after_begin);
    const std::size_t removed = size_of(old_lines, change.before_begin, change.before_end);
    const std::size_t added = size_of(new_lines, change.after_begin, change.after_end);
    splices.push_back({old_at, old_at + removed, after.substr(new_at, added)});
    old_at += removed;
    new_at += added;
    old_line = change.before_end;
    new_line = change.after_end;
  }
  return splices;
}

}  // namespace

Result<std::u16string> apply_change_set(std::u16string_view text, const json::array& changes) {
  std::u16string after;
  after.reserve(text.size());
  std::u16string_view rest = text;
  for (const json::value& each : changes) {
    const json::array* part = each.if_array();
    if (part != nullptr && part->empty()) return no_change();
    TRY(const std::size_t length, length_of(part == nullptr ? each : part->front(), rest.size()));
    if (part == nullptr) {
      after += rest.substr(0, length);
    } else {
      TRY_VOID(add_lines(*part, after));
    }
    rest.remove_prefix(length);
  }
  if (!rest.empty()) return no_change();
  return after;
}

json::array change_set_between(std::u16string_view before, std::u16string_view after) {
  json::array changes;
  std::size_t kept_from = 0;
  for (const Splice& whole : splices_between(before, after)) {
    const Splice splice = narrowed(before, whole);
    if (splice.from > kept_from) changes.emplace_back(splice.from - kept_from);
    changes.emplace_back(part_of(splice));
    kept_from = splice.to;
  }
  if (before.size() > kept_from) changes.emplace_back(before.size() - kept_from);
  return changes;
}

std::string document_text(std::string_view file_text) {
  std::size_t breaks = 0, pairs = 0;
  for (std::size_t at = 0; at < file_text.size(); ++at) {
    if (file_text[at] != '\n') continue;
    ++breaks;
    if (at > 0 && file_text[at - 1] == '\r') ++pairs;
  }
  if (breaks == 0 || pairs != breaks) return std::string(file_text);
  std::string text;
  text.reserve(file_text.size());
  for (std::size_t at = 0; at < file_text.size(); ++at) {
    const bool pair =
        file_text[at] == '\r' && at + 1 < file_text.size() && file_text[at + 1] == '\n';
    if (!pair) text += file_text[at];
  }
  return text;
}

}  // namespace coditect::workspace
