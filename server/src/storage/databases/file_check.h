#pragma once

#include <chrono>
#include <filesystem>

#include "base/result.h"
#include "storage/databases/projection.h"

namespace coditect::databases {

/// What a look at a database file found.
struct FileCheck {
  enum class Verdict { kSound, kUnreadable, kDamaged };
  Verdict verdict = Verdict::kSound;
  Result<void> result;   ///< for an operator
  Sequence applied = 0;  ///< the last event that a sound one has applied
};

/// Opens the file for itself and looks for `time_max` at most: what it has not seen by then counts
/// as sound.
///
/// Threads: any, also while others use the file through SQLite.
FileCheck check_file(const std::filesystem::path& path, const Projection& projection,
                     std::chrono::milliseconds time_max = std::chrono::milliseconds(250));

}  // namespace coditect::databases
