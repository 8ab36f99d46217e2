#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "storage/databases/catalogue.h"
#include "storage/databases/memory_feed.h"
#include "storage/databases/queries/view.h"

namespace coditect::databases {

/// A folder that is gone with its object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "databases_XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A workspace with a log in memory, and the words to tell its story.
class WorkspaceTest : public testing::Test {
 protected:
  void SetUp() override { start(1000); }

  void start(std::size_t max_open_connections) {
    catalogue_.reset();
    Catalogue::Options options{.template_dir = folder_.path() / "templates",
                               .max_open_connections = max_open_connections};
    auto created = Catalogue::create(std::move(options));
    ASSERT_TRUE(created) << created.error().message;
    catalogue_ = *std::move(created);
    std::filesystem::create_directories(workspace());
    ASSERT_TRUE(catalogue_->create_all(workspace()));
  }

  std::filesystem::path workspace() const { return folder_.path() / "w1"; }
  std::filesystem::path file(DatabaseName name) const {
    return workspace() / "databases" / (std::string(to_string(name)) + ".db");
  }
  View view() { return {*catalogue_, workspace(), feed_}; }

  /// Appends an event whose data is JSON text.
  Sequence happen(std::string type, std::string_view data, std::string task = "",
                  std::string actor = "system") {
    auto parsed = parse_json_object(data);
    EXPECT_TRUE(parsed) << data;
    return feed_.add(std::move(type), std::move(actor), std::move(task), *std::move(parsed));
  }

  Result<Rows> ask(DatabaseName name, std::string sql, json::value params = nullptr) {
    Query query;
    query.sql = std::move(sql);
    query.params = std::move(params);
    return catalogue_->query(workspace(), name, query, feed_);
  }
  /// The rows as JSON text, or the error.
  std::string rows(DatabaseName name, std::string sql) {
    const auto answer = ask(name, std::move(sql));
    if (!answer) return "error: " + answer.error().message;
    return json::serialize(answer->rows);
  }
  /// Every table of a database as text; equal where the content is equal.
  std::string dump(DatabaseName name) {
    const auto tables = ask(
        name,
        "SELECT s.name, (SELECT group_concat(cid+1) FROM pragma_table_info(s.name) WHERE pk>0)"
        " FROM sqlite_schema AS s WHERE s.type='table' AND s.name NOT LIKE '%\\_fts%' ESCAPE '\\'"
        " ORDER BY s.name");
    if (!tables) return "error: " + tables.error().message;
    std::string text;
    for (const json::value& table : tables->rows) {
      const std::string table_name(table.at(0).as_string());
      text += table_name + "\n" +
              rows(name, "SELECT * FROM \"" + table_name + "\" ORDER BY " +
                             std::string(table.at(1).as_string())) +
              "\n";
    }
    return text;
  }

  TemporaryFolder folder_;
  MemoryFeed feed_;
  std::unique_ptr<Catalogue> catalogue_;
};

}  // namespace coditect::databases
