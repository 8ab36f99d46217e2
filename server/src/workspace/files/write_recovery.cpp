#include "workspace/files/write_recovery.h"

#include "base/json.h"
#include "base/sha256.h"
#include "workspace/files/guarded_rename.h"

namespace coditect::workspace {

namespace {

/// Another program's change, or a file that is gone, is no failure here.
Result<void> unless_changed(Result<void> done) {
  const bool changed =
      !done && (done.error().code == Errc::kConflict || done.error().code == Errc::kNotFound);
  return changed ? Result<void>{} : std::move(done);
}

Result<void> complete(const ProjectFolder& folder, const Event& edit, const std::string& staged) {
  if (staged.contains('/')) return invalid("'" + staged + "' is not a staged file");
  auto found = folder.staged_hash(staged);
  if (!found && found.error().code == Errc::kNotFound) return {};  // it is in place
  if (!found) return std::move(found).error();
  TRY(const std::string path, need_string(edit.data, "path"));
  TRY(const std::string op, need_string(edit.data, "op"));
  TRY(const std::string after, need_string(edit.data, "hash"));
  const std::string before = find_string(edit.data, "before").value_or("");
  if (op == "move") {
    TRY(const std::string from, need_string(edit.data, "from"));
    const auto content = folder.read(from, kTrackedBytesMax);
    if (!content || sha256_hex(content->bytes) != before) return {};
    return folder.move(from, path);
  }
  if (op == "remove" && *found == sha256_hex(kIntentMark)) {
    return folder.remove(path, before, staged);
  }
  if (*found == after) return folder.publish(staged, path, before);
  if (*found == before) return {};  // in place; the old content was on its way out
  // Another program's, taken out by ours, on its way back.
  return folder.publish(staged, path, after);
}

}  // namespace

Result<void> complete_writes(const ProjectFolder& folder, const std::vector<Event>& edits) {
  for (const Event& edit : edits) {
    const auto staged = find_string(edit.data, "intent");
    if (!staged || edit.type != "file_edit") continue;
    auto completed = unless_changed(complete(folder, edit, *staged));
    if (!completed) {
      return std::move(completed).error().in("completing event " + std::to_string(edit.seq));
    }
  }
  folder.clear_staging();
  return {};
}

}  // namespace coditect::workspace
