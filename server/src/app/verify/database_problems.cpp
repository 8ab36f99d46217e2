#include "app/verify/database_problems.h"

#include <fmt/format.h>

#include "storage/databases/database_files.h"
#include "storage/databases/database_name.h"
#include "storage/databases/file_check.h"

namespace coditect::app {

namespace {

constexpr std::chrono::minutes kTimeMax{1};

std::filesystem::path file_of(const std::filesystem::path& folder, std::string_view name) {
  return folder / (std::string(name) + ".db");
}

}  // namespace

std::vector<DatabaseProblem> find_database_problems(const std::filesystem::path& folder,
                                                    std::optional<Sequence> head) {
  std::vector<DatabaseProblem> problems;
  for (const databases::DatabaseName name : databases::kDatabaseNames) {
    const std::string text(databases::to_string(name));
    const std::filesystem::path file = file_of(folder, text);
    if (!databases::DatabaseFiles(file).exists()) continue;  // it is built when it is asked
    const databases::FileCheck check =
        databases::check_file(file, databases::projection(name), kTimeMax);
    if (!check.result) {
      problems.push_back({text, check.result.error().message});
    } else if (head && check.applied > *head) {
      problems.push_back({text, fmt::format("it has event {}, and the log ends with event {}",
                                            check.applied, *head)});
    }
  }
  return problems;
}

Result<void> repair(const std::filesystem::path& folder, std::vector<DatabaseProblem>& problems) {
  for (DatabaseProblem& problem : problems) {
    TRY_VOID(databases::DatabaseFiles(file_of(folder, problem.name)).remove());
    problem.repaired = true;
  }
  return {};
}

}  // namespace coditect::app
