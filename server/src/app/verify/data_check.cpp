#include "app/verify/data_check.h"

#include <algorithm>
#include <map>

#include "base/json.h"
#include "base/limits.h"
#include "base/posix_file.h"
#include "base/sha256.h"
#include "storage/blobs/blob_store.h"
#include "storage/journal/posix_disk.h"
#include "storage/journal/recovery.h"
#include "storage/replication/restore/blob_check.h"

namespace coditect::app {

namespace {

namespace fs = std::filesystem;

constexpr const char* kRestore =
    "bring the workspace back with `coditect restore`, or from a backup of the data folder";

/// The sub-folders of a folder, ordered; none where it is not there.
Result<std::vector<fs::path>> sub_folders(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    if (entries->is_directory(error) && !error) found.push_back(entries->path());
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return system_error("list " + folder.string(), error.value());
  }
  std::ranges::sort(found);
  return found;
}

/// organizations/*/teams/*/users/*/workspaces/* below `data`.
Result<std::vector<fs::path>> workspace_folders(const fs::path& data) {
  std::vector<fs::path> level{data};
  for (const char* kind : {"organizations", "teams", "users", "workspaces"}) {
    std::vector<fs::path> next;
    for (const fs::path& folder : level) {
      TRY(const std::vector<fs::path> found, sub_folders(folder / kind));
      next.insert(next.end(), found.begin(), found.end());
    }
    level = std::move(next);
  }
  return level;
}

/// What is to be looked at: the folders of sessions, and the data folder that they are in.
struct Scope {
  fs::path data;  ///< empty where they are in none
  std::vector<fs::path> sessions;
};

/// The data folder that a workspace's folder is in, eight levels up; empty where it is in none.
fs::path data_folder_of(const fs::path& workspace) {
  fs::path data = workspace;
  for (const char* kind : {"workspaces", "users", "teams", "organizations"}) {
    data = data.parent_path();
    if (data.filename() != kind) return {};
    data = data.parent_path();
  }
  return data;
}

Result<Scope> find_scope(const fs::path& given) {
  std::error_code error;
  const fs::path folder = fs::canonical(given, error);
  if (error || !fs::is_directory(folder, error)) {
    return not_found("there is no folder " + given.string(),
                     "give a data folder, a workspace's folder, or a workspace's id or name");
  }
  if (folder.filename() == "sessions") {
    return Scope{data_folder_of(folder.parent_path()), {folder}};
  }
  if (fs::is_directory(folder / "sessions", error)) {
    return Scope{data_folder_of(folder), {folder / "sessions"}};
  }
  Scope scope{folder, {}};
  TRY(const std::vector<fs::path> workspaces, workspace_folders(folder));
  for (const fs::path& workspace : workspaces) {
    if (fs::is_directory(workspace / "sessions", error)) {
      scope.sessions.push_back(workspace / "sessions");
    }
  }
  const bool is_data = fs::is_directory(folder / "node", error);
  if (scope.sessions.empty() && !is_data) {
    return not_found(given.string() + " holds no workspace",
                     "give a server's data folder, or a workspace's folder in it");
  }
  return scope;
}

/// No later line vouches for the last one, but the state that was saved with it does.
void compare_with_saved_state(CheckedWorkspace& checked) {
  const auto text = read_file(checked.sessions.parent_path() / "state.json");
  const auto state = text ? parse_json_object(*text) : Result<json::object>(text.error());
  if (!state) return;  // a workspace that was never put down has none
  const auto seq = find_int(*state, "seq");
  const auto hash = find_string(*state, "log_hash");
  const archive::Head& head = checked.archive.head;
  if (!seq || !hash || static_cast<Sequence>(*seq) != head.seq || *hash == head.hash) return;
  checked.damage.push_back(
      {"the last line", 0,
       "event " + std::to_string(head.seq) + " has another hash than when it was written",
       kRestore});
}

/// Files that were too large for the log, and trees of checkpoints, by the hashes in the log.
Result<void> check_contents(CheckedWorkspace& checked) {
  const fs::path folder = checked.sessions / "blobs";
  std::error_code error;
  if (checked.archive.head.seq == 0 || !fs::is_directory(folder, error)) return {};
  TRY(const std::unique_ptr<const blobs::BlobStore> store, blobs::BlobStore::open_to_read(folder));
  auto found = replication::check_blobs(folder, *store, checked.sessions, std::nullopt,
                                        checked.archive.head.seq);
  if (!found) {
    if (found.error().code != Errc::kInternal) return std::move(found).error();
    checked.damage.push_back({"sessions/blobs", 0, found.error().message, kRestore});
    return {};
  }
  checked.contents = found->contents;
  for (std::string& what : found->problems) {
    checked.damage.push_back({"sessions/blobs", 0, std::move(what), kRestore});
  }
  return {};
}

/// Behind the journal: its events belong to the log.
Result<void> check_databases(DataCheck& check, Repair wanted) {
  for (CheckedWorkspace& each : check.workspaces) {
    const fs::path folder = each.sessions.parent_path() / "databases";
    // Of a log that is damaged, or goes on in a journal in use, the end is not known.
    std::optional<Sequence> head;
    if (each.damage.empty() && check.journal == DataCheck::Journal::kRead) {
      head = each.archive.head.seq;
    }
    each.databases = find_database_problems(folder, head);
    // Without a sound log there is nothing to build a database from.
    const bool log_is_sound = each.damage.empty();
    if (wanted == Repair::kWhatTheLogAllows && log_is_sound) {
      TRY_VOID(repair(folder, each.databases));
    }
  }
  return {};
}

/// A journal that nobody uses.
struct JournalLook {
  DataCheck::Journal state = DataCheck::Journal::kNone;
  std::shared_ptr<journal::Disk> disk = nullptr;
  /// By workspace the first event that it holds: those before it were synced in the archive.
  std::map<std::string, Sequence> first = {};
};

Result<JournalLook> look_at_journal(const fs::path& data) {
  if (data.empty()) return JournalLook{};
  auto disk = journal::PosixDisk::open_directory(data / "node" / "journal",
                                                 journal::PosixDisk::Use::kLookAt);
  if (!disk && disk.error().code == Errc::kNotFound) return JournalLook{};
  if (!disk && disk.error().code == Errc::kConflict) return JournalLook{DataCheck::Journal::kInUse};
  if (!disk) return std::move(disk).error();
  JournalLook journal{DataCheck::Journal::kRead, *std::move(disk)};
  auto note = [&](const journal::Record& record) -> Result<void> {
    Sequence& first = journal.first.try_emplace(record.workspace.str(), record.seq).first->second;
    first = std::min(first, record.seq);
    return {};
  };
  // Damage of the journal is told when its events are read.
  static_cast<void>(journal::recover(*journal.disk, limits::kJournalSegmentBytes, note));
  return journal;
}

Result<CheckedWorkspace> check_workspace(const fs::path& sessions, const JournalLook& journal) {
  CheckedWorkspace checked;
  checked.id = sessions.parent_path().filename().string();
  checked.sessions = sessions;
  std::optional<Sequence> synced_through;
  const auto first = journal.first.find(checked.id);
  if (first != journal.first.end()) synced_through = first->second - 1;
  TRY(checked.archive, archive::verify(sessions, synced_through));
  for (const archive::Problem& problem : checked.archive.problems) {
    if (problem.kind == archive::Problem::Kind::kUnfinished) {
      checked.unfinished = true;
    } else {
      checked.damage.push_back(problem);
    }
  }
  compare_with_saved_state(checked);
  if (checked.clean()) TRY_VOID(check_contents(checked));
  return checked;
}

/// Follows a workspace's log on into the journal.
void take_record(CheckedWorkspace& checked, const journal::Record& record) {
  archive::Head& head = checked.archive.head;
  if (record.seq == head.seq && checked.waiting == 0 && sha256_hex(record.line) != head.hash) {
    checked.damage.push_back(
        {"the last line", 0,
         "event " + std::to_string(head.seq) + " is not the one that the journal holds", kRestore});
  }
  if (record.seq <= head.seq || !checked.clean()) return;
  auto next = archive::follow(head, record.line);
  if (!next) {
    checked.damage.push_back({"the journal", 0,
                              "does not go on where the archive ends: " + next.error().message,
                              kRestore});
    return;
  }
  head = *std::move(next);
  ++checked.waiting;
}

/// Follows every workspace's log on into the journal.
Result<void> follow_journal(const JournalLook& journal, DataCheck& check) {
  check.journal = journal.state;
  if (journal.state != DataCheck::Journal::kRead) return {};
  std::map<std::string, CheckedWorkspace*> by_id;
  for (CheckedWorkspace& each : check.workspaces) by_id[each.id] = &each;
  auto replay = [&](const journal::Record& record) -> Result<void> {
    const auto found = by_id.find(record.workspace.str());
    if (found != by_id.end()) take_record(*found->second, record);
    return {};
  };
  const auto recovered = journal::recover(*journal.disk, limits::kJournalSegmentBytes, replay);
  if (!recovered) check.journal_damage = recovered.error();
  return {};
}

/// The journal was read: what a torn end lacks, and the journal does not hold, is lost.
void miss_unfinished(CheckedWorkspace& checked) {
  if (!checked.unfinished || checked.waiting > 0 || !checked.damage.empty()) return;
  for (const archive::Problem& problem : checked.archive.problems) {
    checked.damage.push_back({problem.file, problem.line,
                              problem.what + ", and the journal does not hold that event",
                              kRestore});
  }
}

}  // namespace

bool DataCheck::clean() const {
  return !journal_damage && std::ranges::all_of(workspaces, &CheckedWorkspace::clean);
}

Result<DataCheck> check_data(const fs::path& folder, Repair repair) {
  TRY(const Scope scope, find_scope(folder));
  DataCheck check;
  TRY(const JournalLook journal, look_at_journal(scope.data));
  for (const fs::path& sessions : scope.sessions) {
    TRY(CheckedWorkspace checked, check_workspace(sessions, journal));
    check.workspaces.push_back(std::move(checked));
  }
  TRY_VOID(follow_journal(journal, check));
  if (check.journal == DataCheck::Journal::kInUse && repair != Repair::kNothing) {
    return Error{Errc::kConflict, "a running server uses " + scope.data.string(),
                 "stop it first; while it runs it repairs its databases by itself"};
  }
  if (check.journal == DataCheck::Journal::kRead && !check.journal_damage) {
    for (CheckedWorkspace& each : check.workspaces) miss_unfinished(each);
  }
  TRY_VOID(check_databases(check, repair));
  return check;
}

std::optional<fs::path> find_sessions(const fs::path& data, const std::string& workspace) {
  const auto folders = workspace_folders(data);
  if (!folders) return std::nullopt;
  for (const fs::path& folder : *folders) {
    std::error_code error;
    if (folder.filename() == workspace && fs::is_directory(folder / "sessions", error)) {
      return folder / "sessions";
    }
  }
  return std::nullopt;
}

}  // namespace coditect::app
