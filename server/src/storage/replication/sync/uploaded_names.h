#pragma once

#include <filesystem>
#include <set>
#include <span>
#include <string>

#include "base/result.h"

namespace coditect::replication {

/// Which blob files of a workspace are known to be in its store, kept in a local file, so that not
/// every sync has to list them. Losing the file costs a listing.
///
///     file = "coditect-uploaded 1 " store ' ' folder '\n' (name '\n')*
///
/// Threads: one at a time; calls block.
class UploadedNames {
 public:
  /// `store` and `folder` say where the names were uploaded to: a file about another place is as
  /// good as none.
  UploadedNames(std::filesystem::path file, const std::string& store, const std::string& folder);

  /// False where there is no such file: list the store and call reset(). A line that a crash cut is
  /// left out.
  Result<bool> load();
  /// Begins the file anew with these names.
  Result<void> reset(std::set<std::string, std::less<>> names);
  /// Not synced: a name that gets lost is put once more, and found there.
  Result<void> add(std::span<const std::string> names);

  bool contains(const std::string& name) const { return names_.contains(name); }

 private:
  const std::filesystem::path file_;
  const std::string head_;
  std::set<std::string, std::less<>> names_;
};

}  // namespace coditect::replication
