#include "storage/databases/catalogue.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

#include "base/check.h"
#include "base/limits.h"
#include "storage/databases/file_check.h"
#include "storage/databases/projection.h"
#include "storage/databases/sql_query.h"

namespace coditect::databases {

namespace {

namespace fs = std::filesystem;

fs::path path_of(const fs::path& workspace_dir, DatabaseName name) {
  return workspace_dir / "databases" / (std::string(to_string(name)) + ".db");
}

Wait wait_for(std::chrono::milliseconds time, std::stop_token stop = {}) {
  return {std::chrono::steady_clock::now() + time, std::move(stop)};
}

}  // namespace

struct Catalogue::Entry {
  Entry(const fs::path& workspace_dir, DatabaseName name, const Templates& templates,
        Counters& counters)
      : id{workspace_dir, name},
        key(path_of(workspace_dir, name).string()),
        database(path_of(workspace_dir, name), projection(name), templates, counters) {}

  const Changed id;
  const std::string key;
  Database database;
  std::size_t users = 0;
  std::uint64_t changes_seen = 0;     ///< of the database's changes()
  std::list<Entry*>::iterator place;  ///< in unused_, where users == 0
};

// Keeps a database from being closed while it is used.
class Catalogue::Use {
 public:
  Use(Catalogue& catalogue, Entry& entry) : catalogue_(&catalogue), entry_(&entry) {}
  Use(Use&& other) noexcept
      : catalogue_(other.catalogue_), entry_(std::exchange(other.entry_, nullptr)) {}
  Use& operator=(Use&&) = delete;
  ~Use() {
    if (entry_ != nullptr) catalogue_->give_back(*entry_);
  }
  Database* operator->() { return &entry_->database; }

 private:
  Catalogue* catalogue_;
  Entry* entry_;
};

Catalogue::Catalogue(Options options, Templates templates)
    : options_(std::move(options)),
      templates_(std::move(templates)),
      checkpointer_([this](const std::string& key) { checkpoint(key); }) {}

Catalogue::~Catalogue() {
  checkpointer_.stop();
  coditect::check(unused_.size() == entries_.size(), "a call still runs");
}

Result<std::unique_ptr<Catalogue>> Catalogue::create(Options options) {
  if (options.max_open_connections < 2) {
    return invalid("max_open_connections is below 2", "a database needs a writer and a reader");
  }
  Result<Templates> templates = Templates::create(options.template_dir);
  if (!templates) return std::move(templates).error();
  return std::unique_ptr<Catalogue>(new Catalogue(std::move(options), *std::move(templates)));
}

Result<void> Catalogue::create_all(const fs::path& workspace_dir) {
  std::error_code error;
  for (const DatabaseName name : kDatabaseNames) {
    const fs::path path = path_of(workspace_dir, name);
    if (fs::exists(path, error)) continue;
    TRY_VOID(templates_.copy(name, path));
    ++counters_.databases_created;
  }
  return {};
}

Result<Rows> Catalogue::query(const fs::path& workspace_dir, DatabaseName name, const Query& query,
                              EventFeed& feed) {
  const auto time_limit =
      std::min<std::chrono::milliseconds>(query.time_limit, limits::kSqlTimeMax);
  std::optional<Rows> answer;
  const auto work = [&](Connection& connection) -> Result<void> {
    TRY(answer, run_query(connection, query));
    return {};
  };
  TRY_VOID(read_until(workspace_dir, name, feed, wait_for(time_limit, query.stop), work));
  return *std::move(answer);
}

Result<void> Catalogue::read(const fs::path& workspace_dir, DatabaseName name, EventFeed& feed,
                             const std::function<Result<void>(Connection&)>& work) {
  return read_until(workspace_dir, name, feed, wait_for(limits::kSqlTimeMax), work);
}

Result<void> Catalogue::read_until(const fs::path& workspace_dir, DatabaseName name,
                                   EventFeed& feed, const Wait& wait,
                                   const std::function<Result<void>(Connection&)>& work) {
  Use database = use(workspace_dir, name);
  const auto once = [&]() -> Result<void> {
    TRY_VOID(database->catch_up(feed, wait));
    TRY(Database::Reader reader, database->reader(wait));
    return work(reader.connection());
  };
  Result<void> done = once();
  if (!done && !database->intact()) done = once();
  if (!done) return std::move(done).error();
  return {};
}

Result<void> Catalogue::catch_up(const fs::path& workspace_dir, DatabaseName name,
                                 EventFeed& feed) {
  return use(workspace_dir, name)->catch_up(feed, wait_for(limits::kSqlTimeMax));
}

Result<void> Catalogue::check(const fs::path& workspace_dir, DatabaseName name) {
  Use database = use(workspace_dir, name);
  FileCheck found = check_file(path_of(workspace_dir, name), projection(name));
  if (found.verdict == FileCheck::Verdict::kDamaged) database->condemn();
  return std::move(found.result);
}

std::vector<Catalogue::Changed> Catalogue::take_changed() {
  std::unordered_map<std::string, Changed> taken;
  {
    const std::lock_guard lock(mutex_);
    taken.swap(changed_databases_);
  }
  std::vector<Changed> changed;
  changed.reserve(taken.size());
  for (auto& [key, id] : taken) changed.push_back(std::move(id));
  return changed;
}

Result<void> Catalogue::scan(const fs::path& workspace_dir, DatabaseName name,
                             const std::function<Result<void>(Connection&)>& work) {
  if (!scans_.try_acquire_for(limits::kSqlTimeMax)) {
    return Error{Errc::kLimit, "other databases are being scanned", "try again"};
  }
  const std::unique_ptr<decltype(scans_), void (*)(decltype(scans_)*)> turn(
      &scans_, [](decltype(scans_)* scans) { scans->release(); });
  return use(workspace_dir, name)->scan(work);
}

Result<void> Catalogue::close(const fs::path& workspace_dir) {
  Result<void> first_error;
  for (const DatabaseName name : kDatabaseNames) {
    std::unique_ptr<Entry> closing;
    {
      std::unique_lock lock(mutex_);
      const auto found = entries_.find(path_of(workspace_dir, name).string());
      if (found == entries_.end()) continue;
      Entry& entry = *found->second;
      ++entry.users;  // so that nobody else closes it
      if (entry.users == 1) unused_.erase(entry.place);
      changed_.wait(lock, [&entry] { return entry.users == 1; });
      auto node = entries_.extract(entry.key);
      closing = std::move(node.mapped());
    }
    Result<void> emptied = closing->database.checkpoint();
    if (!emptied && first_error) first_error = std::move(emptied);
  }
  return first_error;
}

Stats Catalogue::stats() const {
  Stats stats;
  stats.open_connections = counters_.open_connections;
  stats.connections_opened = counters_.connections_opened;
  stats.databases_created = counters_.databases_created;
  stats.events_applied = counters_.events_applied;
  stats.checkpoints = counters_.checkpoints;
  stats.checkpoints_failed = counters_.checkpoints_failed;
  const std::lock_guard lock(mutex_);
  stats.open_databases = entries_.size();
  stats.databases_evicted = databases_evicted_;
  return stats;
}

Catalogue::Use Catalogue::use(const fs::path& workspace_dir, DatabaseName name) {
  const fs::path path = path_of(workspace_dir, name);
  std::vector<std::unique_ptr<Entry>> closing;  // destroyed after the lock is given up
  const std::lock_guard lock(mutex_);
  std::unique_ptr<Entry>& slot = entries_[path.string()];
  if (slot == nullptr) {
    slot = std::make_unique<Entry>(workspace_dir, name, templates_, counters_);
  } else if (slot->users == 0) {
    unused_.erase(slot->place);
  }
  Entry& entry = *slot;
  ++entry.users;
  // Room for the writer and the reader that this use may open.
  closing = take_beyond(options_.max_open_connections - 2);
  return Use(*this, entry);
}

/// Of a database that is still open; on the checkpointer's thread.
void Catalogue::checkpoint(const std::string& key) {
  std::optional<Use> database;
  std::vector<std::unique_ptr<Entry>> closing;  // destroyed after the lock is given up
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end()) return;
    Entry& entry = *found->second;
    if (entry.users++ == 0) unused_.erase(entry.place);
    database.emplace(*this, entry);
    closing = take_beyond(options_.max_open_connections - 1);
  }
  // What failed stays in the WAL: the next one has it, at the latest the writer's own.
  const auto done = (*database)->checkpoint_beside();
  ++(done ? counters_.checkpoints : counters_.checkpoints_failed);
}

void Catalogue::give_back(Entry& entry) {
  std::vector<std::unique_ptr<Entry>> closing;  // destroyed after the lock is given up
  const std::lock_guard lock(mutex_);
  if (entry.database.take_checkpoint_due()) checkpointer_.ask(entry.key);
  const std::uint64_t changes = entry.database.changes();
  if (changes != entry.changes_seen) {
    entry.changes_seen = changes;
    changed_databases_.try_emplace(entry.key, entry.id);
  }
  if (--entry.users == 0) {
    entry.place = unused_.insert(unused_.end(), &entry);
    closing = take_beyond(options_.max_open_connections);
  }
  changed_.notify_all();
}

std::vector<std::unique_ptr<Catalogue::Entry>> Catalogue::take_beyond(std::size_t connections_max) {
  std::vector<std::unique_ptr<Entry>> taken;
  std::size_t open = counters_.open_connections;
  while (open > connections_max && !unused_.empty()) {
    Entry& oldest = *unused_.front();
    open -= std::min(open, oldest.database.connections());
    unused_.pop_front();
    auto node = entries_.extract(oldest.key);
    taken.push_back(std::move(node.mapped()));
    ++databases_evicted_;
  }
  return taken;
}

}  // namespace coditect::databases
