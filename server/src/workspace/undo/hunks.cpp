#include "workspace/undo/hunks.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <ranges>

#include "base/sha256.h"
#include "tools/line_merge.h"
#include "tools/text_diff.h"
#include "workspace/files/file_change.h"

namespace coditect::workspace {

namespace {

using Kind = Hunk::Kind;

std::string text_or_nothing(const FileVersion& version) {
  const std::string& bytes = *version.text;
  return is_text(bytes) ? bytes : std::string();
}

std::string joined(const std::vector<std::string_view>& lines, std::size_t begin, std::size_t end) {
  std::string text;
  for (std::size_t i = begin; i < end; ++i) text += lines[i];
  return text;
}

void add_lines(const Undone::File& file, std::vector<Hunk>& hunks) {
  const auto then = tools::split_lines(*file.then->text);
  const auto now = tools::split_lines(*file.now->text);
  for (const tools::Change& change : tools::line_changes(*file.then->text, *file.now->text)) {
    Hunk hunk;
    hunk.line = change.after_begin + 1;
    hunk.removed = joined(then, change.before_begin, change.before_end);
    hunk.added = joined(now, change.after_begin, change.after_end);
    hunk.change = change;
    hunks.push_back(std::move(hunk));
  }
}

/// An id of what the hunk says; of several that say the same, of its place among them.
void name_hunks(std::string_view task, const std::string& path, std::vector<Hunk>& hunks) {
  std::map<std::string, int> seen;
  for (Hunk& hunk : hunks) {
    const std::string what = fmt::format("{}\n{}\n{}\n{}\n{}\n{}", task, path, to_string(hunk.kind),
                                         hunk.removed.size(), hunk.removed, hunk.added);
    const int place = seen[what]++;
    hunk.id = "h_" + sha256_hex(fmt::format("{}\n{}", place, what)).substr(0, 20);
  }
}

std::string without_lines(const Undone::File& file, std::span<const Hunk> rejected) {
  const auto then = tools::split_lines(*file.then->text);
  const auto now = tools::split_lines(*file.now->text);
  std::string text;
  std::size_t at = 0;
  for (const Hunk& hunk : rejected) {
    if (hunk.kind != Kind::kLines) continue;
    text += joined(now, at, hunk.change.after_begin);
    text += joined(then, hunk.change.before_begin, hunk.change.before_end);
    at = hunk.change.after_end;
  }
  return text + joined(now, at, now.size());
}

}  // namespace

std::string_view to_string(Hunk::Kind kind) {
  switch (kind) {
    case Kind::kLines: return "lines";
    case Kind::kCreated: return "created";
    case Kind::kRemoved: return "removed";
    case Kind::kRenamed: return "renamed";
    case Kind::kMode: return "mode";
    case Kind::kContent: return "content";
  }
  return "";
}

std::vector<Hunk> hunks_of(std::string_view task, const std::string& path,
                           const Undone::File& file) {
  std::vector<Hunk> hunks;
  const auto add = [&](Kind kind, std::string removed, std::string added) {
    hunks.push_back({{}, kind, 0, std::move(removed), std::move(added), {}});
  };
  if (!file.then) {
    const bool renamed = !file.moved_from.empty();
    add(renamed ? Kind::kRenamed : Kind::kCreated, file.moved_from,
        renamed ? path : text_or_nothing(*file.now));
  } else if (!file.now) {
    if (file.moved_to.empty()) add(Kind::kRemoved, text_or_nothing(*file.then), "");
  } else {
    if (file.then->mode != file.now->mode) {
      add(Kind::kMode, fmt::format("{:o}", file.then->mode), fmt::format("{:o}", file.now->mode));
    }
    const bool text = is_text(*file.then->text) && is_text(*file.now->text);
    if (file.then->hash != file.now->hash && !text) add(Kind::kContent, "", "");
    if (text) add_lines(file, hunks);
  }
  name_hunks(task, path, hunks);
  return hunks;
}

FileThen without_hunks(const Undone::File& file, std::span<const Hunk> rejected) {
  if (rejected.empty()) return file.now;
  if (!file.then || !file.now) return file.then;
  FileVersion version = *file.now;
  const auto has = [&](Kind kind) {
    return std::ranges::any_of(rejected, [&](const Hunk& hunk) { return hunk.kind == kind; });
  };
  if (has(Kind::kMode)) version.mode = file.then->mode;
  if (has(Kind::kContent)) version.text = file.then->text;
  if (has(Kind::kLines)) version.text = without_lines(file, rejected);
  version.hash = sha256_hex(*version.text);
  return version;
}

}  // namespace coditect::workspace
