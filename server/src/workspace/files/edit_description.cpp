#include "workspace/files/edit_description.h"

#include <algorithm>

#include "base/limits.h"
#include "base/sha256.h"
#include "workspace/files/file_change.h"

namespace coditect::workspace {

namespace {

bool ends_chain(const EditBase& base, const Splice& splice, std::size_t bytes_after) {
  return base.splices >= limits::kSpliceChainMax ||
         base.splice_bytes + splice.insert.size() >
             std::max(bytes_after, limits::kSpliceChainBytesMin);
}

}  // namespace

Result<json::object> describe_edit(const std::string& path, const EditBase& base,
                                   const std::string& after, blobs::BlobStore& blobs) {
  json::object data;
  data["op"] = base.hash.empty() ? "create" : "write";
  data["path"] = path;
  data["hash"] = sha256_hex(after);
  data["size"] = after.size();
  if (!base.hash.empty()) data["before"] = base.hash;
  const bool text = is_text(after);
  if (text && base.content != nullptr && is_text(*base.content)) {
    Splice splice = splice_between(*base.content, after);
    const bool small = splice.insert.size() <= limits::kInlineChangeBytesMax;
    if (small && !ends_chain(base, splice, after.size())) {
      data["splice"] = {{"at", splice.at}, {"remove", splice.remove}, {"insert", splice.insert}};
      return data;
    }
  }
  if (text && after.size() <= limits::kInlineChangeBytesMax) {
    data["text"] = after;
    return data;
  }
  TRY(std::string hash, blobs.put(after));
  data["blob"] = hash;
  return data;
}

}  // namespace coditect::workspace
