#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/archive/archive_reader.h"
#include "storage/databases/catalogue.h"
#include "storage/replication/node/page_shipping.h"
#include "storage/replication/restore/replicated_workspace.h"

namespace coditect::replication {

/// A workspace's log as its databases read it.
class ArchiveFeed final : public databases::EventFeed {
 public:
  explicit ArchiveFeed(ReplicatedWorkspace& workspace) : workspace_(workspace) {}
  Sequence head() const override { return workspace_.head(); }
  Result<void> read(Sequence from, const std::function<Result<void>(const Event&)>& each) override {
    const auto visit = [&](std::string_view line, Sequence) -> Result<bool> {
      TRY(const Event event, parse_event(line));
      TRY_VOID(each(event));
      return true;
    };
    return archive::ArchiveReader(workspace_.root() / "sessions").read(from, visit);
  }
  Result<std::vector<databases::TreeFile>> tree(std::string_view) override {
    return std::vector<databases::TreeFile>();
  }

 private:
  ReplicatedWorkspace& workspace_;
};

/// A clock that a test moves.
class HandTiming final : public Timing {
 public:
  SteadyTime now() const override { return now_; }
  awaitable<void> sleep_for(std::chrono::milliseconds time) override {
    now_ += time;
    co_return;
  }
  void pass(std::chrono::seconds time) { now_ += time; }

 private:
  SteadyTime now_{std::chrono::hours{1}};
};

/// A node with one workspace whose databases are shipped, bundle after bundle, as a Shipper does.
class ShippedDatabases {
 public:
  using DatabaseName = databases::DatabaseName;

  ShippedDatabases() {
    catalogue_ = open_catalogue("templates");
    EXPECT_TRUE(catalogue_->create_all(workspace().root()));
    table_.add(ReplicatedWorkspace::id(), kTestFolder);
    table_.on_acquired(ReplicatedWorkspace::id());
    start();
  }
  ~ShippedDatabases() { stop(); }

  /// Another process, which knows what lies on the disk.
  void start() {
    PageShipping::Parts parts{*catalogue_,
                              *replica_.store_,
                              replica_.disk_,
                              database_,
                              timing_,
                              table_,
                              replica_.owner_,
                              data(),
                              data() / "node" / "snapshots",
                              [this] { return next_place(); },
                              [this](const WorkspaceId&) { ++stored_; }};
    pages_ = std::make_unique<PageShipping>(strand_, std::move(parts));
    EXPECT_TRUE(play(pages_->start()));
  }
  void stop() {
    play(finish(pages_->close()));
    pages_.reset();
    sending_.reset();
  }

  ReplicatedWorkspace& workspace() { return replica_.workspace_; }
  fs::path data() const { return replica_.scratch_.path() / "a"; }
  fs::path file(DatabaseName name, const char* suffix = ".db") {
    return workspace().root() / "databases" / (std::string(databases::to_string(name)) + suffix);
  }
  LogPlace next_place() {
    LogPlace place = replica_.next_bundle();
    place.bundle += bundles_skipped_;
    return place;
  }

  /// Brings a database up to the log's head, as a query does.
  void ask(DatabaseName name) {
    const auto done = catalogue_->catch_up(workspace().root(), name, feed_);
    EXPECT_TRUE(done) << done.error().message;
  }
  void ask_all() {
    for (const DatabaseName name : databases::kDatabaseNames) ask(name);
  }

  /// Puts together a bundle; the databases that it has pages of.
  std::vector<std::string> collect() {
    sending_ = Sending{workspace().head(), {}};
    sending_->pages = play(run_on(strand_, pages_->collect(limits::kBundleBytesMax)));
    std::vector<std::string> names;
    for (const PageSource::Pages& each : sending_->pages) names.push_back(each.entry.name);
    return names;
  }
  /// Lets what is due be read, and gives it.
  std::vector<std::string> read_and_collect() {
    timing_.pass(limits::kPagesInterval);
    EXPECT_TRUE(collect().empty());
    acknowledge();
    return collect();
  }
  void acknowledge() {
    replica_.ship(sending_->through);
    auto& bundle = replica_.tail_.logs[{replica_.owner_.node, replica_.owner_.node_epoch}].back();
    for (PageSource::Pages& each : sending_->pages) {
      bundle.emplace_back(std::move(each.entry), std::move(each.content));
    }
    sending_.reset();
    play(finish(run_on(strand_, pages_->acknowledged())));
  }
  void lose() {
    sending_.reset();
    play(finish(run_on(strand_, lost(*pages_))));
  }
  /// Until nothing changed is left.
  void ship_all() {
    if (sending_) acknowledge();
    for (bool more = true; more;) {
      timing_.pass(limits::kPagesInterval);
      more = !collect().empty();
      acknowledge();
      more = !collect().empty() || more;
      acknowledge();
    }
  }
  void forget() { play(finish(pages_->forget(ReplicatedWorkspace::id()))); }

  PageShipping::Standing settle(SyncReason reason) {
    return play(pages_->settle(ReplicatedWorkspace::id(), reason));
  }
  /// Settles, and has the manifest say so.
  Result<PageShipping::Standing> sync(SyncReason reason) {
    SyncPoint point = replica_.point();
    PageShipping::Standing standing = settle(reason);
    return sync(reason, std::move(point), std::move(standing));
  }
  Result<PageShipping::Standing> sync(SyncReason reason, SyncPoint point,
                                      PageShipping::Standing standing) {
    point.databases = standing.snapshots;
    point.needed = standing.needed;
    auto synced = replica_.sync(reason, std::move(point));
    if (!synced) return std::move(synced).error();
    play(finish(pages_->on_copied(ReplicatedWorkspace::id(), reason, standing)));
    return standing;
  }

  /// Restores into a new folder and compares each database that came back. Their names.
  std::vector<std::string> restored() {
    const std::string folder = "b" + std::to_string(++restores_);
    const auto report = replica_.restore(replica_.scratch_.path() / folder);
    EXPECT_TRUE(report) << report.error().message;
    if (!report) return {};
    const auto catalogue = open_catalogue(folder + "-templates");
    for (const std::string& text : report->databases_restored) {
      const DatabaseName name = *databases::parse_database_name(text);
      EXPECT_EQ(dump(*catalogue, report->root, name), dump(*catalogue_, workspace().root(), name))
          << text;
    }
    EXPECT_EQ(catalogue->stats().databases_created, 0u) << "one was rebuilt";
    return report->databases_restored;
  }
  std::vector<std::string> snapshots() {
    std::vector<std::string> keys = replica_.bucket_->keys();
    std::erase_if(keys, [](const std::string& key) {
      return !key.starts_with(snapshot_prefix(kTestFolder));
    });
    return keys;
  }

  /// Begins a call that play() or quiesce() goes on with.
  template <class T>
  std::shared_ptr<std::optional<T>> begin(awaitable<T> story) {
    auto result = std::make_shared<std::optional<T>>();
    asio::co_spawn(io_, std::move(story), [result](std::exception_ptr error, T value) {
      EXPECT_FALSE(error);
      *result = std::move(value);
    });
    return result;
  }
  /// Runs everything to its end.
  void quiesce() {
    io_.restart();
    io_.run();
  }
  /// Runs a part of it, less where it waits for something that does not come.
  void run_some(std::uint64_t handlers) {
    io_.restart();
    while (handlers-- > 0 && io_.run_one_for(std::chrono::milliseconds{20}) > 0) {
    }
  }
  template <class T>
  T play(awaitable<T> story) {
    const auto result = begin(std::move(story));
    quiesce();
    EXPECT_TRUE(result->has_value());
    return **std::move(result);
  }
  static awaitable<bool> finish(awaitable<void> story) {
    co_await std::move(story);
    co_return true;
  }
  static awaitable<void> lost(PageShipping& pages) {
    pages.lost();
    co_return;
  }

  struct Sending {
    Sequence through = 0;
    std::vector<PageSource::Pages> pages;
  };

  WatchedFaults faults_;
  Replica replica_{&faults_};
  ArchiveFeed feed_{replica_.workspace_};
  std::unique_ptr<databases::Catalogue> catalogue_;
  BlockingPool database_{2};
  HandTiming timing_;
  WorkspaceTable table_;
  asio::io_context io_;
  Strand strand_ = make_strand(io_.get_executor());
  std::unique_ptr<PageShipping> pages_;
  std::optional<Sending> sending_;
  std::uint64_t bundles_skipped_ = 0;
  int stored_ = 0;  ///< snapshots that wait for their names

 private:
  std::unique_ptr<databases::Catalogue> open_catalogue(const std::string& templates) {
    databases::Catalogue::Options options;
    options.template_dir = replica_.scratch_.path() / templates;
    auto created = databases::Catalogue::create(std::move(options));
    EXPECT_TRUE(created);
    return *std::move(created);
  }
  /// Every table as text, with every event applied.
  std::string dump(databases::Catalogue& catalogue, const fs::path& root, DatabaseName name) {
    const auto rows = [&](std::string sql) {
      databases::Query query;
      query.sql = std::move(sql);
      const auto answer = catalogue.query(root, name, query, feed_);
      EXPECT_TRUE(answer) << answer.error().message;
      return answer ? answer->rows : json::array();
    };
    std::string text;
    for (const json::value& table :
         rows("SELECT name FROM sqlite_schema WHERE type='table'"
              " AND name NOT LIKE '%\\_fts%' ESCAPE '\\' ORDER BY name")) {
      const std::string table_name(table.at(0).as_string());
      text += table_name + "\n" +
              json::serialize(rows("SELECT * FROM \"" + table_name + "\" ORDER BY 1, 2")) + "\n";
    }
    return text;
  }

  int restores_ = 0;
};

}  // namespace coditect::replication
