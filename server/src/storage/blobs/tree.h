#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace coditect::blobs {

/// One thing in a project folder.
struct TreeEntry {
  enum class Kind {
    kFile,
    kSymlink,    ///< recorded as such, never followed
    kDirectory,  ///< one that holds nothing of the tree; others follow from their files
  };

  std::string path;  ///< relative, with '/', UTF-8
  Kind kind = Kind::kFile;
  std::string hash;        ///< of a file's content
  std::uint64_t size = 0;  ///< of a file's content
  std::uint32_t mode = 0;  ///< a file's permission bits
  std::string target;      ///< of a symbolic link

  bool operator==(const TreeEntry&) const = default;
};

/// A project folder at one moment. Its manifest is a content like any other: equal trees have
/// equal hashes.
struct Tree {
  std::string hash;                ///< of the manifest
  std::uint64_t files = 0;         ///< entries of kind kFile
  std::uint64_t bytes = 0;         ///< of their contents
  std::vector<TreeEntry> entries;  ///< by path
};

/// The manifest: canonical JSONL, sorted by path. docs/formats/blobs.md has the grammar.
std::string encode_manifest(std::vector<TreeEntry> entries);
/// Reads a manifest. Errc::kInvalid, naming the line, for what encode_manifest() would not write:
/// so a path can never lead out of the folder that it is written into.
Result<std::vector<TreeEntry>> parse_manifest(std::string_view manifest);

/// True for a relative path without empty, "." and ".." components and without NUL, which is UTF-8.
bool is_tree_path(std::string_view path);

}  // namespace coditect::blobs
