#include "workspace/undo/file_content.h"

#include "base/sha256.h"
#include "workspace/files/file_change.h"

namespace coditect::workspace {

Result<std::string> content_of(const std::vector<databases::FileChange>& changes,
                               const blobs::BlobStore& blobs) {
  using Kind = databases::FileChange::Kind;
  std::string content;
  for (const databases::FileChange& change : changes) {
    switch (change.kind) {
      case Kind::kText: content = change.text; break;
      case Kind::kBlob: {
        TRY(content, blobs.get(change.blob));
        break;
      }
      case Kind::kSplice: {
        const Splice splice{static_cast<std::size_t>(change.at),
                            static_cast<std::size_t>(change.remove), change.text};
        TRY(content, apply_splice(content, splice));
        break;
      }
    }
  }
  if (!changes.empty() && sha256_hex(content) != changes.back().hash) {
    return internal("the log's changes of this file do not add up to its content",
                    "run `coditect verify` on the workspace");
  }
  return content;
}

}  // namespace coditect::workspace
