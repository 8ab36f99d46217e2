#include "storage/replication/restore/working_tree.h"

#include <fmt/format.h>

#include "storage/files/file_change.h"

namespace coditect::replication {

namespace {

constexpr std::uint32_t kModeMax = 0777;

}  // namespace

/// A `file_edit`, taken apart.
struct WorkingTree::Edit {
  const Event& event;
  std::string op;
  std::string path;
  std::string from;
  std::string hash;    ///< of the content after, "" for none
  std::string before;  ///< of the content before, "" for none
  std::optional<std::uint32_t> mode;
  bool later = false;  ///< than the tree
};

WorkingTree::WorkingTree(std::vector<blobs::TreeEntry> entries, Sequence seq, Fetch fetch)
    : seq_(seq), fetch_(std::move(fetch)) {
  for (blobs::TreeEntry& entry : entries) {
    switch (entry.kind) {
      case blobs::TreeEntry::Kind::kFile:
        files_[std::move(entry.path)] = {std::move(entry.hash), entry.mode, std::nullopt};
        break;
      case blobs::TreeEntry::Kind::kSymlink:
        links_[std::move(entry.path)] = std::move(entry.target);
        break;
      case blobs::TreeEntry::Kind::kDirectory: folders_.insert(std::move(entry.path)); break;
    }
  }
}

std::string WorkingTree::hash_at(const std::string& path) const {
  const auto found = files_.find(path);
  return found == files_.end() ? std::string() : found->second.hash;
}

Result<void> WorkingTree::apply(const Event& event) {
  const json::object& data = event.data;
  Edit edit{.event = event,
            .op = find_string(data, "op").value_or(""),
            .path = find_string(data, "path").value_or(""),
            .from = find_string(data, "from").value_or(""),
            .hash = find_string(data, "hash").value_or(""),
            .before = find_string(data, "before").value_or(""),
            .mode = std::nullopt,
            .later = event.seq > seq_};
  if (const auto mode = find_int(data, "mode")) {
    edit.mode = static_cast<std::uint32_t>(*mode) & kModeMax;
  }
  const bool paths_good =
      blobs::is_tree_path(edit.path) && (edit.op != "move" || blobs::is_tree_path(edit.from));
  if (!paths_good) {
    return invalid(fmt::format("event {} edits '{}', which is no path inside the project",
                               event.seq, edit.path));
  }
  if (edit.op == "move") {
    move(edit);
  } else if (edit.op == "remove") {
    remove(edit);
  } else {
    TRY_VOID(write(edit));
  }
  if (!edit.later) return {};
  expected_[edit.path] = {edit.op == "remove" ? std::string() : edit.hash, event.seq};
  if (edit.op == "move") expected_[edit.from] = {std::string(), event.seq};
  return {};
}

Result<void> WorkingTree::write(const Edit& edit) {
  const std::string now = hash_at(edit.path);
  const bool fits = now == edit.before;
  // The tree has moved on from what an earlier edit starts from: it holds that edit.
  if (!edit.later && !fits) return {};
  const auto mode_of = [&] {
    return edit.mode.value_or(now.empty() ? 0644 : files_[edit.path].mode);
  };
  if (now == edit.hash) {
    if (!now.empty()) files_[edit.path].mode = mode_of();
    return {};
  }
  if (const auto blob = find_string(edit.event.data, "blob"); blob && *blob == edit.hash) {
    put(edit.path, {edit.hash, mode_of(), std::nullopt});
    return {};
  }
  const bool whole = find_string(edit.event.data, "text").has_value();
  if (!whole && !fits) return {};  // a later edit is in the tree already, or doubts() names it
  std::string before;
  if (!whole && !now.empty()) {
    const File& file = files_[edit.path];
    if (file.content) {
      before = *file.content;
    } else {
      TRY(before, fetch_(file.hash));
    }
  }
  auto after = files::content_after(edit.event, before, fetch_);
  if (!after) {
    // The event carries no content, or another one than it says: doubts() names the file.
    const Errc code = after.error().code;
    if (code == Errc::kInvalid || code == Errc::kNotFound) return {};
    return std::move(after).error();
  }
  put(edit.path, {edit.hash, mode_of(), *std::move(after)});
  return {};
}

void WorkingTree::put(const std::string& path, File file) {
  files_[path] = std::move(file);
  links_.erase(path);
  folders_.erase(path);
}

void WorkingTree::move(const Edit& edit) {
  const auto from = files_.find(edit.from);
  if (from == files_.end() || from->second.hash != edit.hash) return;
  if (!edit.later && files_.contains(edit.path) && hash_at(edit.path) != edit.hash) return;
  File file = std::move(from->second);
  files_.erase(from);
  put(edit.path, std::move(file));
}

void WorkingTree::remove(const Edit& edit) {
  const auto found = files_.find(edit.path);
  if (found != files_.end() && found->second.hash == edit.before) files_.erase(found);
}

std::vector<std::string> WorkingTree::doubts() const {
  std::vector<std::string> lines;
  for (const auto& [path, expected] : expected_) {
    const std::string now = hash_at(path);
    if (now == expected.hash) continue;
    const std::string_view what = expected.hash.empty() ? "removed"
                                  : now.empty()         ? "written"
                                                        : "changed";
    lines.push_back(fmt::format(
        "'{}' was {} by event {}, whose content is not to be had; the file "
        "is left as {}",
        path, what, expected.seq, now.empty() ? "missing" : "the last copy of the project has it"));
  }
  return lines;
}

}  // namespace coditect::replication
