#include "tools/file_change.h"

#include "base/limits.h"
#include "tools/edit.h"
#include "tools/file_view.h"
#include "tools/text_diff.h"

namespace coditect::tools {

namespace {

constexpr std::size_t kShortDiffBytesMax = 2u << 10;

Result<void> check_size(std::string_view text) {
  if (text.size() <= limits::kFileBytesMax) return {};
  return Error{Errc::kLimit,
               "the file would have " + std::to_string(text.size()) + " bytes; " +
                   std::to_string(limits::kFileBytesMax) + " is the most",
               "split it into several files"};
}

std::string by_whom(const CurrentFile& file) {
  return file.changed_by.empty() ? "somebody else" : file.changed_by;
}

/// What others changed since `base`, or a word about it where the text of then is not held.
std::string changes_since(std::string_view path, const CurrentFile::Known& base,
                          const CurrentFile& file, std::size_t bytes_max) {
  if (!base.text || !file.text) return {};
  const std::string before = std::string(path) + " (version " + std::to_string(base.version) + ")";
  const std::string after = std::string(path) + " (version " + std::to_string(file.version) + ")";
  DiffOptions options;
  options.before_name = before;
  options.after_name = after;
  options.bytes_max = bytes_max;
  return unified_diff(*base.text, *file.text, options).text;
}

/// What the caller's change is based on; nothing when it knows of no such file.
const std::optional<CurrentFile::Known>& base_of(const CurrentFile& file) {
  return file.seen ? file.seen : file.at_task_start;
}

Error changed_meanwhile(std::string_view path, const CurrentFile& file) {
  const auto& base = base_of(file);
  const std::string since = file.seen ? "since you read it" : "since your task began";
  Error error{Errc::kConflict, {}, {}};
  if (!base) {
    error.message = std::string(path) + " is there already, written by " + by_whom(file) +
                    ", and you have not read it; nothing was written";
  } else {
    error.message = std::string(path) + " was changed by " + by_whom(file) + " " + since +
                    "; nothing was written. What they changed:\n" +
                    changes_since(path, *base, file, limits::kDiffBytesMax);
  }
  error.hint = "read the file again and change it with edit_file, or write it with their change";
  return error;
}

void count_lines(DecidedChange& change, std::string_view before) {
  DiffOptions counts_only;
  counts_only.bytes_max = 0;
  const Diff diff = unified_diff(before, change.text, counts_only);
  change.lines_added = diff.lines_added;
  change.lines_removed = diff.lines_removed;
}

Result<DecidedChange> created(std::string_view text) {
  TRY_VOID(check_size(text));
  DecidedChange change;
  change.text = text;
  change.created = true;
  change.lines_added = split_lines(text).size();
  return change;
}

}  // namespace

Result<DecidedChange> decide_edit(std::string_view path, const CurrentFile& file,
                                  std::string_view old_text, std::string_view new_text) {
  if (!file.text) {
    if (old_text.empty()) return created(new_text);
    return not_found(std::string(path) + " does not exist",
                     "to create it use write_file, or leave `old` empty");
  }
  TRY(AppliedEdit applied, apply_edit(*file.text, old_text, new_text));
  TRY_VOID(check_size(applied.text));
  DecidedChange change;
  change.text = std::move(applied.text);
  change.notes = "The change is at line " + std::to_string(applied.line) + ".\n";
  count_lines(change, *file.text);
  if (file.seen && file.seen->version != file.version) {
    change.notes += "The file had been changed by " + by_whom(file) +
                    " since you read it; your change was applied on top:\n" +
                    changes_since(path, *file.seen, file, kShortDiffBytesMax);
  }
  return change;
}

Result<DecidedChange> decide_write(std::string_view path, const CurrentFile& file,
                                   std::string_view text) {
  const auto& base = base_of(file);
  if (!file.text) {
    if (file.seen) {
      return Error{
          Errc::kConflict,
          std::string(path) + " was removed since you read it; nothing was written",
          "call read_file to confirm that it is gone, then write it again if it is needed"};
    }
    return created(text);
  }
  if (!base || base->version != file.version) return changed_meanwhile(path, file);
  TRY_VOID(check_size(text));
  DecidedChange change;
  change.text = text;
  count_lines(change, *file.text);
  return change;
}

}  // namespace coditect::tools
