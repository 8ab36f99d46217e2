#include "storage/databases/sql_guard.h"

#include <algorithm>
#include <string_view>

namespace coditect::databases {

namespace {

// Often enough to stop within a millisecond, seldom enough not to be felt.
constexpr int kInstructionsBetweenChecks = 1000;

// Pragmas that tell and cannot change anything; with an argument only where it names what to tell
// about. database_list is missing because it shows the machine's paths.
constexpr std::string_view kToldWithoutArgument[] = {
    "application_id", "collation_list", "compile_options", "data_version", "encoding",
    "freelist_count", "function_list",  "module_list",     "page_count",   "page_size",
    "pragma_list",    "schema_version", "synchronous",     "table_list",   "user_version",
};
constexpr std::string_view kToldAboutArgument[] = {
    "foreign_key_list", "index_info", "index_list", "index_xinfo", "integrity_check",
    "quick_check",      "table_info", "table_list", "table_xinfo",
};

constexpr std::string_view kRefusedFunctions[] = {"load_extension", "fts3_tokenizer"};
// Raw pages hold the bytes of rows that were deleted, and no query needs them.
constexpr char kRefusedTable[] = "sqlite_dbpage";

std::string_view action_name(int action) {
  switch (action) {
    case SQLITE_INSERT: return "INSERT into";
    case SQLITE_UPDATE: return "UPDATE of";
    case SQLITE_DELETE: return "DELETE from";
    case SQLITE_ATTACH: return "ATTACH";
    case SQLITE_DETACH: return "DETACH";
    case SQLITE_TRANSACTION: return "transaction control";
    case SQLITE_SAVEPOINT: return "SAVEPOINT";
    case SQLITE_PRAGMA: return "PRAGMA";
    case SQLITE_FUNCTION: return "the function";
    case SQLITE_ANALYZE: return "ANALYZE of";
    case SQLITE_REINDEX: return "REINDEX of";
    default: return "a change of the schema";
  }
}

bool is_one_of(std::string_view name, const auto& names) {
  return std::ranges::find(names, name) != std::end(names);
}

std::string_view view_of(const char* text) {
  return text == nullptr ? std::string_view() : std::string_view(text);
}

bool may_pragma(const char* name, const char* argument) {
  std::string lower(view_of(name));
  for (char& letter : lower) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return is_one_of(lower, kToldAboutArgument) ||
         (argument == nullptr && is_one_of(lower, kToldWithoutArgument));
}

}  // namespace

Error refused_sql(std::string_view what) {
  return {Errc::kDenied, std::string(what) + " is refused: the databases can only be read",
          "they are views of the event log; write a SELECT, and change the workspace through its "
          "methods"};
}

SqlGuard::SqlGuard(Connection& connection, std::chrono::milliseconds time_limit,
                   std::stop_token stop)
    : connection_(connection),
      time_limit_(time_limit),
      deadline_(std::chrono::steady_clock::now() + time_limit),
      stop_(std::move(stop)) {
  sqlite3_set_authorizer(connection_.handle(), authorize, this);
  sqlite3_progress_handler(connection_.handle(), kInstructionsBetweenChecks, progress, this);
}

SqlGuard::~SqlGuard() {
  sqlite3_set_authorizer(connection_.handle(), nullptr, nullptr);
  sqlite3_progress_handler(connection_.handle(), 0, nullptr, nullptr);
}

int SqlGuard::authorize(void* self, int action, const char* first, const char* second, const char*,
                        const char*) {
  auto& guard = *static_cast<SqlGuard*>(self);
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE: return SQLITE_OK;
    case SQLITE_READ:
      if (sqlite3_stricmp(first, kRefusedTable) != 0) return SQLITE_OK;  // as it is written
      return guard.refuse("the table " + std::string(kRefusedTable));
    case SQLITE_PRAGMA:
      if (may_pragma(first, second)) return SQLITE_OK;
      break;
    case SQLITE_FUNCTION:
      if (!is_one_of(view_of(second), kRefusedFunctions)) return SQLITE_OK;
      first = second;
      break;
    default: break;
  }
  std::string what(action_name(action));
  const bool names_something = action == SQLITE_INSERT || action == SQLITE_UPDATE ||
                               action == SQLITE_DELETE || action == SQLITE_PRAGMA ||
                               action == SQLITE_FUNCTION || action == SQLITE_ANALYZE;
  if (names_something && first != nullptr) what += " " + std::string(first);
  return guard.refuse(std::move(what));
}

int SqlGuard::refuse(std::string what) {
  if (refused_.empty()) refused_ = std::move(what);
  return SQLITE_DENY;
}

int SqlGuard::progress(void* self) {
  auto& guard = *static_cast<SqlGuard*>(self);
  if (guard.stop_.stop_requested()) return 1;
  if (std::chrono::steady_clock::now() < guard.deadline_) return 0;
  guard.late_ = true;
  return 1;
}

Error SqlGuard::explain(Error error) const {
  if (!refused_.empty()) return refused_sql(refused_);
  if (error.message.ends_with("no such function: load_extension")) {
    return refused_sql("the function load_extension");
  }
  if (error.code == Errc::kDenied) return refused_sql("this statement");
  if (error.code == Errc::kLimit && late_) {
    return {Errc::kLimit,
            "the query ran longer than " + std::to_string(time_limit_.count()) + " ms",
            "narrow it with WHERE or LIMIT, or look for an index in `SELECT * FROM sqlite_schema`"};
  }
  if (error.code == Errc::kLimit && stop_.stop_requested()) {
    return {Errc::kCancelled, "the query was cancelled", {}};
  }
  const int offset = sqlite3_error_offset(connection_.handle());
  if (error.code == Errc::kInvalid && offset >= 0) {
    error.message += " (at byte " + std::to_string(offset) + " of the SQL)";
  }
  return error;
}

}  // namespace coditect::databases
