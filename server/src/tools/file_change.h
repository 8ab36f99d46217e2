#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "tools/tool_host.h"

namespace coditect::tools {

/// What edit_file and write_file decide while the lock is held.
struct DecidedChange {
  std::string text;   ///< the file's new content
  std::string notes;  ///< for the model, "" or whole lines: where the change fell, what others did
  std::size_t lines_added = 0;
  std::size_t lines_removed = 0;
  bool created = false;
};

/// Applies an exact edit to the file as it is now, whoever changed it meanwhile; an empty
/// `old_text` creates a file. Pure.
Result<DecidedChange> decide_edit(std::string_view path, const CurrentFile& file,
                                  std::string_view old_text, std::string_view new_text);

/// Replaces the whole file, or creates it. Errc::kConflict, with what the others changed, when the
/// file is not as the caller last saw it or, when it never did, as it was when its task began.
/// Pure.
Result<DecidedChange> decide_write(std::string_view path, const CurrentFile& file,
                                   std::string_view text);

}  // namespace coditect::tools
