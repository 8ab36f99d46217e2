#include "workspace/undo/undo_runs.h"

#include <ranges>

#include "base/sha256.h"
#include "tools/line_merge.h"
#include "workspace/files/file_change.h"

namespace coditect::workspace {

namespace {

/// The files on their way back.
class Undoing {
 public:
  Undoing(std::map<std::string, FileThen> now, const ContentOf& content)
      : now_(std::move(now)), files_(now_), content_(content) {}

  Result<void> undo(const TaskRun& run) {
    if (!run.from.empty()) {
      undo_move(run);
      return {};
    }
    FileThen& file = files_[run.path];
    if (file == run.after) {
      file = run.before;
      return {};
    }
    if (file == run.before) return {};
    if (!run.after) {
      refuse(run, "there is another file by now");
    } else if (!file) {
      refuse(run, "it is no longer there");
    } else if (!run.before) {
      refuse(run, "the task made it, and it was changed since");
    } else {
      return merge(run, *file);
    }
    return {};
  }

  Undone take() {
    for (auto& [path, then] : files_) {
      const FileThen& now = now_[path];
      if (now == then) continue;
      Undone::File& file = undone_.files[path];
      file.now = now;
      file.then = std::move(then);
    }
    for (const auto& [to, from] : moves_) {
      const auto went = undone_.files.find(to), came = undone_.files.find(from);
      if (went == undone_.files.end() || came == undone_.files.end()) continue;
      if (went->second.then || came->second.now) continue;
      went->second.moved_from = from;
      came->second.moved_to = to;
    }
    return std::move(undone_);
  }

 private:
  void undo_move(const TaskRun& run) {
    FileThen& to = files_[run.path];
    FileThen& from = files_[run.from];
    if (!to) {
      refuse(run, "it is no longer there");
    } else if (from) {
      refuse(run, "there is a file " + run.from + " again");
    } else {
      from = std::exchange(to, std::nullopt);
      moves_[run.path] = run.from;
    }
  }

  Result<void> merge(const TaskRun& run, FileVersion& file) {
    if (file.mode == run.after->mode) file.mode = run.before->mode;
    if (file.hash == run.before->hash || run.after->hash == run.before->hash) return {};
    if (file.hash == run.after->hash) {
      const std::uint32_t mode = file.mode;
      file = *run.before;
      file.mode = mode;
      return {};
    }
    TRY(const std::string before, content_(*run.before));
    TRY(const std::string after, content_(*run.after));
    TRY(const std::string now, content_(file));
    if (!is_text(before) || !is_text(after) || !is_text(now)) {
      refuse(run, "it is not text, and was changed since");
      return {};
    }
    tools::Merged merged = tools::merge_lines(after, now, before);
    for (const tools::LineRange& lines : merged.conflicts) {
      refuse(run, "the same lines were changed since", lines.begin + 1,
             std::max(lines.begin + 1, lines.end));
    }
    file.hash = sha256_hex(merged.text);
    file.text = std::move(merged.text);
    return {};
  }

  void refuse(const TaskRun& run, std::string why, std::size_t from_line = 0,
              std::size_t to_line = 0) {
    if (!run.later.empty()) why += ", last by " + run.later;
    undone_.refused.push_back({run.path, from_line, to_line, std::move(why)});
  }

  std::map<std::string, FileThen> now_;
  std::map<std::string, FileThen> files_;
  const ContentOf& content_;
  std::map<std::string, std::string> moves_;  ///< taken back: to, from
  Undone undone_;
};

}  // namespace

Result<Undone> undo_runs(std::span<const TaskRun> runs, std::map<std::string, FileThen> now,
                         const ContentOf& content) {
  Undoing undoing(std::move(now), content);
  for (const TaskRun& run : std::views::reverse(runs)) TRY_VOID(undoing.undo(run));
  return undoing.take();
}

}  // namespace coditect::workspace
