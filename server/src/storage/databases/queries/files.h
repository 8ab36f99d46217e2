#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/strong_id.h"
#include "storage/databases/queries/view.h"

namespace coditect::databases {

/// The versions of one path, newest first: [{seq, ts, op, actor, task?, hash, before?, size,
/// from_path?, to_path?}]. `op` is that of the event, or "provisioned", or "moved_away".
Result<json::array> file_history(const View& view, std::string_view path, std::size_t limit);

/// One step on the way to a file's content.
struct FileChange {
  enum class Kind {
    kText,    ///< `text` is the whole content
    kBlob,    ///< the whole content is the blob `blob`
    kSplice,  ///< `remove` bytes at offset `at` are replaced by `text`
  };
  Kind kind = Kind::kText;
  Sequence seq = 0;
  std::string path;  ///< differs from the one asked for before a move
  std::string hash;  ///< of the content after this step
  std::int64_t at = 0;
  std::int64_t remove = 0;
  std::string text;
  std::string blob;
};

/// What makes up the content of `path` right after event `seq`, in the order to apply it: the first
/// step is whole, the others are splices. Follows moves back. Errc::kNotFound when there was no
/// such file then.
Result<std::vector<FileChange>> file_changes_until(const View& view, std::string_view path,
                                                   Sequence seq);

}  // namespace coditect::databases
