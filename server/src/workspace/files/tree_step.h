#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/blobs/tree.h"

namespace coditect::workspace {

/// One thing that comes into a tree, goes, or is replaced by another of its kind. What changes its
/// kind, a file that becomes a link, goes and comes: two steps.
struct TreeStep {
  std::string path;
  std::optional<blobs::TreeEntry> before;
  std::optional<blobs::TreeEntry> after;

  bool operator==(const TreeStep&) const = default;
};

/// True for what a change of a tree is about.
using Selected = std::function<bool(std::string_view path)>;

/// The steps from one tree to another, both sorted by path, in the order in which they can be
/// taken: first what goes, the deepest first, then the others, folders before what is in them.
/// Pure.
std::vector<TreeStep> steps_between(std::span<const blobs::TreeEntry> before,
                                    std::span<const blobs::TreeEntry> after,
                                    const Selected& selected);

/// The steps that take `steps` back, in order.
std::vector<TreeStep> steps_back(std::span<const TreeStep> steps);

/// What the steps change, as it is before them, and as it is after: two parts of trees from which
/// steps_between() makes the same steps again.
std::vector<blobs::TreeEntry> entries_before(std::span<const TreeStep> steps);
std::vector<blobs::TreeEntry> entries_after(std::span<const TreeStep> steps);

}  // namespace coditect::workspace
