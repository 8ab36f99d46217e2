#include "storage/databases/database.h"

#include <algorithm>
#include <string>

#include "base/check.h"
#include "base/limits.h"

namespace coditect::databases {

namespace {

Error gave_up(const Wait& wait, std::string_view waited_for) {
  if (wait.stop.stop_requested()) return {Errc::kCancelled, "the query was cancelled", {}};
  return {Errc::kLimit, "no turn came in time: " + std::string(waited_for), "try again"};
}

}  // namespace

// The right to write; handed on when destroyed.
class Database::WriterTurn {
 public:
  explicit WriterTurn(Database& database) : database_(&database) {}
  WriterTurn(WriterTurn&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  WriterTurn& operator=(WriterTurn&&) = delete;
  ~WriterTurn() {
    if (database_ != nullptr) database_->end_turn();
  }

 private:
  Database* database_;
};

Database::Database(std::filesystem::path path, const Projection& projection,
                   const Templates& templates, Counters& counters)
    : files_(std::move(path)),
      projection_(projection),
      templates_(templates),
      counters_(counters) {}

void Database::CloseConnection::operator()(Connection* connection) const {
  delete connection;
  --counters->open_connections;
}

Result<Database::ConnectionPtr> Database::connect(Connection::Mode mode) {
  TRY(std::unique_ptr<Connection> opened, Connection::open(files_.path(), mode));
  ++counters_.open_connections;
  ++counters_.connections_opened;
  return ConnectionPtr(opened.release(), CloseConnection{&counters_});
}

Result<void> Database::catch_up(EventFeed& feed, const Wait& wait) {
  if (current(feed.head())) return {};
  TRY(const WriterTurn turn, take_turn(wait));
  Result<void> done = catch_up_in_turn(feed);
  // What a damaged file said is worth nothing, whichever call noticed: once more from the log.
  if (!done && !intact()) done = catch_up_in_turn(feed);
  return done;
}

bool Database::current(Sequence head) const {
  DatabaseFiles::Identity identity;
  {
    const std::lock_guard lock(mutex_);
    // Other than `head` may be a log that went back; the writer's turn finds out.
    if (!usable_ || condemned_ || applied_seq_ != head) return false;
    identity = identity_;
  }
  return files_.identity() == identity;
}

Result<Database::WriterTurn> Database::take_turn(const Wait& wait) {
  std::unique_lock lock(mutex_);
  const auto free = [this] { return !turn_taken_; };
  if (!changed_.wait_until(lock, wait.stop, wait.deadline, free)) {
    return gave_up(wait, "the database is being brought up to date");
  }
  turn_taken_ = true;
  return WriterTurn(*this);
}

void Database::end_turn() {
  {
    const std::lock_guard lock(mutex_);
    turn_taken_ = false;
  }
  changed_.notify_all();
}

Result<void> Database::catch_up_in_turn(EventFeed& feed) {
  Result<void> done = apply_in_turn(feed);
  if (done) return done;
  // The transaction may be half done; closing the connection rolls it back.
  if (writer_ && writer_->damaged()) condemn();
  close_in_turn();
  return done;
}

Result<void> Database::apply_in_turn(EventFeed& feed) {
  TRY_VOID(open_in_turn());
  const Sequence before = applied_.seq;
  TRY(Outcome outcome, apply_log(*writer_, projection_, feed, trust_, applied_));
  if (outcome == Outcome::kOtherLog) {
    TRY_VOID(recreate_in_turn());
    TRY(outcome, apply_log(*writer_, projection_, feed, trust_, applied_));
    check(outcome == Outcome::kCurrent, "an empty database is a state of every log");
    counters_.events_applied += applied_.seq;
  } else {
    counters_.events_applied += applied_.seq - before;
  }
  const bool changed = trust_ != Trust::kKnown || applied_.seq != before;
  trust_ = Trust::kKnown;
  writer_->release_memory();
  const std::lock_guard lock(mutex_);
  if (changed) ++changes_;
  // A commit that began the WAL anew.
  if (writer_->wal_pages() < wal_pages_) checkpoint_at_pages_ = kWalPagesWanted;
  wal_pages_ = writer_->wal_pages();
  usable_ = true;
  applied_seq_ = applied_.seq;
  return {};
}

Result<void> Database::open_in_turn() {
  bool rebuild = false;
  {
    const std::lock_guard lock(mutex_);
    const bool ours = !writer_ || files_.identity() == identity_;
    if (writer_ && ours && !condemned_) return {};
    // A WAL that vanished took transactions with it, so nothing that is left can be trusted.
    rebuild = condemned_ || !ours;
  }
  if (rebuild) return recreate_in_turn();
  TRY(const bool sound, open_existing_in_turn());
  return sound ? Result<void>() : recreate_in_turn();
}

Result<bool> Database::open_existing_in_turn() {
  close_in_turn();
  const DatabaseFiles::Identity before = files_.identity();
  if (before[DatabaseFiles::kMain] == DatabaseFiles::kNoFile) return false;
  const bool had_wal = before[DatabaseFiles::kWal] != DatabaseFiles::kNoFile;
  TRY(ConnectionPtr writer, connect(Connection::Mode::kWriter));
  Result<void> configured = writer->configure();
  if (!configured) {
    if (writer->damaged()) return false;
    return std::move(configured).error();
  }
  const auto read = [&]() -> Result<bool> {
    TRY(Statement schema, writer->prepare("SELECT value FROM meta WHERE key='schema'"));
    TRY(const bool found, schema.step());
    if (!found || schema.text(0) != schema_mark(projection_)) return false;
    TRY(applied_, read_applied(*writer));
    return true;
  };
  Result<bool> ours = read();
  // Errc::kInvalid: the SQL is right, so the tables are not there.
  if (!ours && (writer->damaged() || ours.error().code == Errc::kInvalid)) return false;
  if (!ours || !*ours) return ours;
  // No connection's closing removes a WAL, so somebody else has.
  if (applied_.seq > 0 && !had_wal) return false;
  // The connection reads the file that was there before; the names must still lead to it, or the
  // absence of a file would pass for the file from now on.
  const DatabaseFiles::Identity after = files_.identity();
  const bool replaced = after[DatabaseFiles::kMain] != before[DatabaseFiles::kMain];
  if (replaced || std::ranges::find(after, DatabaseFiles::kNoFile) != after.end()) return false;
  writer_ = std::move(writer);
  trust_ = Trust::kUnverified;
  const std::lock_guard lock(mutex_);
  identity_ = after;
  return true;
}

Result<void> Database::recreate_in_turn() {
  close_in_turn();
  TRY_VOID(files_.remove());
  TRY_VOID(templates_.copy(projection_.name, files_.path()));
  ++counters_.databases_created;
  {
    const std::lock_guard lock(mutex_);
    condemned_ = false;
  }
  TRY(const bool sound, open_existing_in_turn());
  if (!sound) return internal("a new database is not sound", "look at the disk");
  return {};
}

void Database::close_in_turn() {
  std::vector<ConnectionPtr> closing;
  {
    const std::lock_guard lock(mutex_);
    usable_ = false;
    ++generation_;
    closing.swap(idle_);
  }
  closing.clear();
  writer_.reset();
}

Result<Database::Reader> Database::reader(const Wait& wait) {
  ConnectionPtr connection;
  std::uint64_t generation = 0;
  {
    std::unique_lock lock(mutex_);
    const auto free = [this] { return on_loan_ < limits::kDatabaseConnectionsMax; };
    if (!changed_.wait_until(lock, wait.stop, wait.deadline, free)) {
      return gave_up(wait, "every connection is in use");
    }
    ++on_loan_;
    generation = generation_;
    if (!idle_.empty()) {
      connection = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (connection) return Reader(*this, std::move(connection), generation);
  Result<ConnectionPtr> opened = connect(Connection::Mode::kReader);
  Result<void> configured = opened ? (*opened)->configure() : Result<void>();
  if (opened && configured) return Reader(*this, *std::move(opened), generation);
  if (opened && (*opened)->damaged()) condemn();
  give_back(ConnectionPtr(), generation);
  return opened ? std::move(configured).error() : std::move(opened).error();
}

void Database::give_back(ConnectionPtr connection, std::uint64_t generation) {
  {
    const std::lock_guard lock(mutex_);
    --on_loan_;
    const bool damaged = connection && connection->damaged();
    // Damage in a file that is no longer the database's says nothing about the new one.
    if (damaged && generation == generation_) condemned_ = true;
    if (connection && !damaged && generation == generation_) {
      idle_.push_back(std::move(connection));
    }
  }
  connection.reset();
  changed_.notify_all();
}

void Database::condemn() {
  const std::lock_guard lock(mutex_);
  condemned_ = true;
}

bool Database::intact() const {
  const DatabaseFiles::Identity there = files_.identity();
  // Before the first opening identity_ names no file either.
  if (there[DatabaseFiles::kMain] == DatabaseFiles::kNoFile) return false;
  const std::lock_guard lock(mutex_);
  return !condemned_ && identity_ == there;
}

std::uint64_t Database::changes() const {
  const std::lock_guard lock(mutex_);
  return changes_;
}

Result<void> Database::scan(const std::function<Result<void>(Connection&)>& work) {
  const DatabaseFiles::Identity there = files_.identity();
  // Opening would make the WAL that is missing, and so hide that somebody took it.
  if (there[DatabaseFiles::kMain] == DatabaseFiles::kNoFile ||
      there[DatabaseFiles::kWal] == DatabaseFiles::kNoFile) {
    return not_found("the database or its WAL is not there");
  }
  TRY(const ConnectionPtr connection, connect(Connection::Mode::kReader));
  Result<void> done = connection->configure();
  if (done) done = work(*connection);
  if (connection->damaged() && files_.identity() == there) condemn();
  return done;
}

bool Database::take_checkpoint_due() {
  const std::lock_guard lock(mutex_);
  if (!usable_ || wal_pages_ < checkpoint_at_pages_) return false;
  checkpoint_at_pages_ = wal_pages_ + kWalPagesWanted;
  return true;
}

Result<void> Database::checkpoint_beside() {
  return scan([](Connection& connection) { return connection.checkpoint_beside(); });
}

Result<void> Database::checkpoint() {
  if (!writer_) return {};
  const int code = sqlite3_wal_checkpoint_v2(writer_->handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE,
                                             nullptr, nullptr);
  if (code != SQLITE_OK) return writer_->error(code).in("checkpoint");
  return {};
}

std::size_t Database::connections() const {
  const std::lock_guard lock(mutex_);
  return idle_.size() + on_loan_ + (writer_ ? 1 : 0);
}

}  // namespace coditect::databases
