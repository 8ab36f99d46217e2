#include "storage/replication/restore/working_tree.h"

#include <fmt/format.h>

#include <algorithm>

#include "storage/files/file_change.h"

namespace coditect::replication {

namespace {

constexpr std::uint32_t kModeMax = 0777;
constexpr std::uint32_t kModeDefault = 0644;

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
};

WorkingTree::WorkingTree(std::vector<blobs::TreeEntry> entries, Sequence seq) : seq_(seq) {
  for (blobs::TreeEntry& entry : entries) {
    switch (entry.kind) {
      case blobs::TreeEntry::Kind::kFile:
        blobs_.insert(entry.hash);
        files_[std::move(entry.path)] = {std::move(entry.hash), entry.mode};
        break;
      case blobs::TreeEntry::Kind::kSymlink:
        links_[std::move(entry.path)] = std::move(entry.target);
        break;
      case blobs::TreeEntry::Kind::kDirectory: folders_.insert(std::move(entry.path)); break;
    }
  }
}

WorkingTree::Edit WorkingTree::taken_apart(const Event& event) {
  const json::object& data = event.data;
  Edit edit{.event = event,
            .op = find_string(data, "op").value_or(""),
            .path = find_string(data, "path").value_or(""),
            .from = find_string(data, "from").value_or(""),
            .hash = find_string(data, "hash").value_or(""),
            .before = find_string(data, "before").value_or(""),
            .mode = std::nullopt};
  if (const auto mode = find_int(data, "mode")) {
    edit.mode = static_cast<std::uint32_t>(*mode) & kModeMax;
  }
  return edit;
}

Result<void> WorkingTree::apply(const Event& event) {
  Edit edit = taken_apart(event);
  const bool moves = edit.op == "move";
  if (!blobs::is_tree_path(edit.path) || (moves && !blobs::is_tree_path(edit.from))) {
    return invalid(fmt::format("event {} edits '{}', which is no path inside the project",
                               event.seq, edit.path));
  }
  const std::string after = edit.op == "remove" ? std::string() : edit.hash;
  if (!moves && !after.empty()) learn(edit);
  if (event.seq <= seq_) {
    if (moves) note_past(edit.from, edit.hash, "", std::nullopt);
    note_past(edit.path, moves ? "" : edit.before, after, edit.mode);
    return {};
  }
  finish();
  if (moves) {
    const auto from = files_.find(edit.from);
    if (from != files_.end() && !edit.mode) edit.mode = from->second.mode;
    set(edit.from, "", std::nullopt);
  }
  set(edit.path, after, edit.mode);
  return {};
}

void WorkingTree::finish() {
  for (const auto& [path, past] : past_) {
    const auto found = files_.find(path);
    const std::string now = found == files_.end() ? std::string() : found->second.hash;
    if (now != past.hash && past.states.contains(now)) set(path, past.hash, past.mode);
  }
  past_.clear();
}

bool WorkingTree::is_told(const std::string& hash) const {
  return blobs_.contains(hash) || recipes_.contains(hash);
}

bool WorkingTree::is_told() const {
  return std::ranges::all_of(files_,
                             [this](const auto& each) { return is_told(each.second.hash); });
}

void WorkingTree::recall(const Event& event, const Holds& holds) {
  const Edit edit = taken_apart(event);
  if (!edit.before.empty() && !is_told(edit.before) && holds(edit.before)) {
    blobs_.insert(edit.before);
  }
  if (edit.op != "move" && edit.op != "remove" && !edit.hash.empty()) learn(edit);
}

void WorkingTree::look_up(const Holds& holds) {
  for (const auto& [path, file] : files_) {
    if (!is_told(file.hash) && holds(file.hash)) blobs_.insert(file.hash);
  }
}

/// Keeps how the content after the edit follows from what was there before.
void WorkingTree::learn(const Edit& edit) {
  if (blobs_.contains(edit.hash)) return;
  if (const auto blob = find_string(edit.event.data, "blob"); blob && *blob == edit.hash) {
    blobs_.insert(edit.hash);
    recipes_.erase(edit.hash);
    return;
  }
  const bool whole = edit.event.data.contains("text");
  if (!whole && !edit.event.data.contains("splice")) return;
  const auto known = recipes_.find(edit.hash);
  if (known != recipes_.end() && (known->second.whole || !whole)) return;
  // Before the first edit that is given the file may have been anything. A content that comes from
  // there and comes again later is known from then on.
  if (!whole && !blobs_.contains(edit.before) && !recipes_.contains(edit.before)) return;
  recipes_[edit.hash] = {whole ? std::string() : edit.before, edit.event, whole};
}

void WorkingTree::note_past(const std::string& path, const std::string& before,
                            const std::string& after, std::optional<std::uint32_t> mode) {
  Past& past = past_[path];
  past.states.insert(before);
  past.states.insert(after);
  past.hash = after;
  if (mode) past.mode = mode;
}

void WorkingTree::set(const std::string& path, const std::string& hash,
                      std::optional<std::uint32_t> mode) {
  const auto now = files_.find(path);
  if (now != files_.end() && blobs_.contains(now->second.hash)) {
    before_.try_emplace(path, now->second);
  }
  if (hash.empty()) {
    files_.erase(path);
    return;
  }
  const auto [file, added] = files_.try_emplace(path);
  file->second.hash = hash;
  if (mode || added) file->second.mode = mode.value_or(kModeDefault);
  links_.erase(path);
  folders_.erase(path);
}

const WorkingTree::File* WorkingTree::before(const std::string& path) const {
  const auto found = before_.find(path);
  return found == before_.end() ? nullptr : &found->second;
}

Result<std::string> WorkingTree::content(const std::string& hash, const Fetch& fetch) const {
  // Back to a content that stands by itself, then forward again.
  std::vector<const Recipe*> steps;
  std::string base = hash;
  while (!blobs_.contains(base)) {
    const auto recipe = recipes_.find(base);
    if (recipe == recipes_.end()) {
      return not_found("the log does not carry the content " + base);
    }
    steps.push_back(&recipe->second);
    if (recipe->second.whole) break;
    base = recipe->second.before;
  }
  std::string content;
  if (blobs_.contains(base)) {
    TRY(content, fetch(base));
  }
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    TRY(content, files::content_after((*step)->event, content, fetch));
  }
  return content;
}

}  // namespace coditect::replication
