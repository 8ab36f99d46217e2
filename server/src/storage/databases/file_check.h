#pragma once

#include <filesystem>

#include "base/result.h"
#include "storage/databases/projection.h"

namespace coditect::databases {

/// What a look at a database file found.
struct FileCheck {
  enum class Verdict { kSound, kUnreadable, kDamaged };
  Verdict verdict = Verdict::kSound;
  Result<void> result;  ///< for an operator
};

/// Opens the file for itself and looks for a quarter of a second at most.
///
/// Threads: any, also while others use the file through SQLite.
FileCheck check_file(const std::filesystem::path& path, const Projection& projection);

}  // namespace coditect::databases
