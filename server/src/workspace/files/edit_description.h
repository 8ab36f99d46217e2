#pragma once

#include <cstddef>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "storage/blobs/blob_store.h"

namespace coditect::workspace {

/// What an edit starts from.
struct EditBase {
  const std::string* content = nullptr;  ///< null: there is none, or it is not known
  std::string hash;                      ///< of the content before; "" where there was no file
  // Of the file's history, as FileInfo has them.
  std::size_t splices = 0;
  std::size_t splice_bytes = 0;
};

/// The data of the `file_edit` that turns `base` into `after`: the stretch that changed where that
/// is known and small, else the whole content, in the event or, where it is large or no text, in
/// the blob store. After limits::kSpliceChainMax stretches in a row, or when they are longer than
/// the file, it is the whole content too, so that nobody has to read a long history to know what
/// the file was. Blocking.
Result<json::object> describe_edit(const std::string& path, const EditBase& base,
                                   const std::string& after, blobs::BlobStore& blobs);

}  // namespace coditect::workspace
