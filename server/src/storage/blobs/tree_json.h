#pragma once

#include "base/json.h"
#include "base/result.h"
#include "storage/blobs/tree.h"

namespace coditect::blobs {

/// An entry as a manifest's line has it: {path, type, mode, size, hash} of a file, {path, type,
/// target} of a link, {path, type} of a folder. docs/formats/blobs.md.
json::object to_json(const TreeEntry& entry);
/// Errc::kInvalid for what to_json() would not make: so its path never leads out of a folder.
Result<TreeEntry> parse_tree_entry(const json::object& object);

}  // namespace coditect::blobs
