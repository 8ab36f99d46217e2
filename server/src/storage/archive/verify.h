#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "storage/archive/archive.h"

namespace coditect::archive {

/// At most so many problems are described; one more line says that there are others.
inline constexpr std::size_t kProblemsMax = 100;

/// One thing that is wrong with an archive.
struct Problem {
  std::string file;
  std::uint64_t line = 0;  ///< counted from 1; 0 for the file as a whole
  std::string what;
  std::string hint;  ///< what to do about it
  enum class Kind {
    kDamage,
    kUnfinished,  ///< the end of what a killed process wrote: Archive::open() puts it right
  } kind = Kind::kDamage;
};

/// What an archive holds.
struct Report {
  std::uint64_t events = 0;  ///< lines that are events
  std::uint64_t segments = 0;
  std::uint64_t bytes = 0;
  Head head;  ///< after the last line
  std::vector<Problem> problems;

  bool ok() const { return problems.empty(); }
};

/// Reads every line of an archive and checks that it is an event, that numbers have no gap and
/// that each names the hash of the line before it. Changes nothing. Errc::kNotFound when there is
/// no such folder; damage is in the report. Of events after `synced_through` a crash may have left
/// any page out: where the last segment goes wrong among them it ends, as Archive::open() has it.
Result<Report> verify(const std::filesystem::path& folder,
                      std::optional<Sequence> synced_through = std::nullopt);

}  // namespace coditect::archive
