#include "workspace/files/tree_step.h"

#include <algorithm>

namespace coditect::workspace {

namespace {

using blobs::TreeEntry;

void add_step(std::vector<TreeStep>& going, std::vector<TreeStep>& coming, const TreeEntry* before,
              const TreeEntry* after) {
  if (before != nullptr && after != nullptr) {
    if (*before == *after) return;
    if (before->kind == TreeEntry::Kind::kFile && after->kind == TreeEntry::Kind::kFile) {
      coming.push_back({after->path, *before, *after});
      return;
    }
  }
  if (before != nullptr) going.push_back({before->path, *before, std::nullopt});
  if (after != nullptr) coming.push_back({after->path, std::nullopt, *after});
}

std::vector<TreeEntry> entries_of(std::span<const TreeStep> steps,
                                  std::optional<TreeEntry> TreeStep::* side) {
  std::vector<TreeEntry> entries;
  for (const TreeStep& step : steps) {
    if (step.*side) entries.push_back(*(step.*side));
  }
  std::ranges::sort(entries, {}, &TreeEntry::path);
  return entries;
}

}  // namespace

std::vector<TreeStep> steps_between(std::span<const TreeEntry> before,
                                    std::span<const TreeEntry> after, const Selected& selected) {
  std::vector<TreeStep> going;
  std::vector<TreeStep> coming;
  auto old = before.begin();
  auto next = after.begin();
  while (old != before.end() || next != after.end()) {
    const bool old_is_first =
        next == after.end() || (old != before.end() && old->path < next->path);
    const bool next_is_first =
        old == before.end() || (next != after.end() && next->path < old->path);
    const TreeEntry* was = next_is_first ? nullptr : &*old++;
    const TreeEntry* is = old_is_first ? nullptr : &*next++;
    if (selected(was == nullptr ? is->path : was->path)) add_step(going, coming, was, is);
  }
  std::ranges::reverse(going);
  going.insert(going.end(), coming.begin(), coming.end());
  return going;
}

std::vector<TreeStep> steps_back(std::span<const TreeStep> steps) {
  const auto everything = [](std::string_view) { return true; };
  return steps_between(entries_after(steps), entries_before(steps), everything);
}

std::vector<TreeEntry> entries_before(std::span<const TreeStep> steps) {
  return entries_of(steps, &TreeStep::before);
}

std::vector<TreeEntry> entries_after(std::span<const TreeStep> steps) {
  return entries_of(steps, &TreeStep::after);
}

}  // namespace coditect::workspace
