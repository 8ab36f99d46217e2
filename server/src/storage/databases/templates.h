#pragma once

#include <filesystem>
#include <utility>

#include "base/result.h"
#include "storage/databases/database_name.h"

namespace coditect::databases {

/// The empty databases that new ones are copied from: copying a file is a hundred times faster than
/// running the SQL that made it.
///
/// Threads:  any.
/// Lifetime: the files in its folder stay as they are while it is used.
class Templates {
 public:
  /// Makes the six files anew in `folder`, which is created. Nothing else may use the folder.
  static Result<Templates> create(const std::filesystem::path& folder);

  /// Puts an empty database at `path`, all at once, and makes its folder. Not durable: a view that
  /// is lost is rebuilt. Errc::kNotFound when the folder above that one is not there.
  Result<void> copy(DatabaseName name, const std::filesystem::path& path) const;

 private:
  explicit Templates(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path file_of(DatabaseName name) const;

  std::filesystem::path folder_;
};

}  // namespace coditect::databases
