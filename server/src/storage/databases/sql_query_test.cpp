#include <string>

#include "storage/databases/test_workspace.h"

namespace coditect::databases {
namespace {

using enum DatabaseName;

class SqlQueryTest : public WorkspaceTest {
 protected:
  void SetUp() override {
    WorkspaceTest::SetUp();
    happen("file_edit", R"({"op":"create","path":"a.txt","hash":"h1","size":3,"text":"abc"})");
  }
};

TEST_F(SqlQueryTest, RefusesWhateverIsNotReading) {
  struct Case {
    const char* sql;
    Errc code;
  };
  const Case cases[] = {
      {"INSERT INTO checkpoints(seq, id, ts, actor, label, tree) VALUES(1,'','','','','')",
       Errc::kDenied},
      {"UPDATE file_versions SET hash='x'", Errc::kDenied},
      {"DELETE FROM file_versions", Errc::kDenied},
      {"WITH old AS (SELECT 1 AS seq) DELETE FROM file_versions WHERE seq IN old", Errc::kDenied},
      {"WITH new AS (SELECT 1) INSERT INTO changes(seq, kind) SELECT 5, 'x' FROM new",
       Errc::kDenied},
      {"DELETE FROM changes RETURNING *", Errc::kDenied},
      {"REPLACE INTO meta(key, value) VALUES('applied_seq', 99)", Errc::kDenied},
      {"CREATE TABLE x(a)", Errc::kDenied},
      {"CREATE TEMP TABLE x(a)", Errc::kDenied},
      {"CREATE TEMP VIEW x AS SELECT 1", Errc::kDenied},
      {"CREATE TRIGGER x AFTER INSERT ON meta BEGIN SELECT 1; END", Errc::kDenied},
      {"CREATE VIRTUAL TABLE x USING fts5(a)", Errc::kDenied},
      {"DROP TABLE meta", Errc::kDenied},
      {"ALTER TABLE meta RENAME TO atem", Errc::kDenied},
      {"ATTACH 'other.db' AS other", Errc::kDenied},
      {"DETACH main", Errc::kDenied},
      {"BEGIN", Errc::kDenied},
      {"COMMIT", Errc::kDenied},
      {"SAVEPOINT x", Errc::kDenied},
      {"VACUUM", Errc::kDenied},
      {"VACUUM INTO 'copy.db'", Errc::kDenied},
      {"REINDEX", Errc::kDenied},
      {"ANALYZE", Errc::kDenied},
      {"PRAGMA query_only=OFF", Errc::kDenied},
      {"PRAGMA writable_schema=ON", Errc::kDenied},
      {"PRAGMA journal_mode=DELETE", Errc::kDenied},
      {"PRAGMA user_version=7", Errc::kDenied},
      {"PRAGMA wal_checkpoint(TRUNCATE)", Errc::kDenied},
      {"PRAGMA database_list", Errc::kDenied},
      {"SELECT * FROM pragma_database_list", Errc::kDenied},
      {"PRAGMA temp_store_directory='elsewhere'", Errc::kDenied},
      {"SELECT load_extension('evil.so')", Errc::kDenied},
      {"SELECT data FROM sqlite_dbpage", Errc::kDenied},
      {"SELECT count(*) FROM Sqlite_DbPage('main') AS harmless", Errc::kDenied},
      {"UPDATE sqlite_dbpage SET data=zeroblob(4096) WHERE pgno=2", Errc::kDenied},
      {"SELECT 1; SELECT 2", Errc::kInvalid},
      {"SELECT 1; DELETE FROM meta", Errc::kDenied},
      {"SELECT 1; nonsense", Errc::kInvalid},
      {"", Errc::kInvalid},
      {"  -- nothing\n", Errc::kInvalid},
      {"SELEC 1", Errc::kInvalid},
      {"SELECT * FROM nowhere", Errc::kInvalid},
      {"SELECT nothing FROM meta", Errc::kInvalid},
      {"SELECT \"double quotes are names\"", Errc::kInvalid},
      {"SELECT 1 WHERE", Errc::kInvalid},
      {"SELECT readfile('x')", Errc::kInvalid},
      {"SELECT zeroblob(1000000000)", Errc::kLimit},
      {"SELECT ?", Errc::kInvalid},
  };
  const std::string before = dump(kArtifacts);
  for (const Case& c : cases) {
    const auto answer = ask(kArtifacts, c.sql);
    ASSERT_FALSE(answer) << c.sql;
    EXPECT_EQ(to_string(answer.error().code), to_string(c.code))
        << c.sql << " -> " << answer.error().message;
    EXPECT_FALSE(answer.error().message.empty()) << c.sql;
    if (c.code == Errc::kDenied) {
      EXPECT_FALSE(answer.error().hint.empty()) << c.sql;
    }
  }
  EXPECT_EQ(dump(kArtifacts), before);
  EXPECT_FALSE(std::filesystem::exists("copy.db"));
}

TEST_F(SqlQueryTest, AllowsWhatOnlyReads) {
  const char* cases[] = {
      "SELECT 1;  -- and a comment",
      "VALUES (1), (2)",
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<5) SELECT * FROM n",
      "EXPLAIN QUERY PLAN SELECT * FROM file_versions",
      "PRAGMA table_info(file_versions)",
      "PRAGMA page_count",
      "PRAGMA quick_check",
      "SELECT * FROM pragma_table_info('meta')",
      "SELECT value FROM json_each('[1,2]')",
      "SELECT path, row_number() OVER (ORDER BY seq) FROM file_versions",
      "SELECT sql FROM sqlite_schema",
  };
  for (const char* sql : cases) {
    const auto answer = ask(kArtifacts, sql);
    ASSERT_TRUE(answer) << sql << " -> " << answer.error().message;
    EXPECT_FALSE(answer->rows.empty()) << sql;
  }
}

TEST_F(SqlQueryTest, SaysWhereTheSqlIsWrong) {
  const auto answer = ask(kArtifacts, "SELECT path FRM file_versions WHERE 1");
  ASSERT_FALSE(answer);
  EXPECT_NE(answer.error().message.find("syntax error"), std::string::npos);
  EXPECT_NE(answer.error().message.find("at byte"), std::string::npos) << answer.error().message;
}

TEST_F(SqlQueryTest, StopsAtTheTimeLimit) {
  Query query;
  query.sql =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT count(*) FROM n";
  query.time_limit = std::chrono::milliseconds{20};
  const auto answer = catalogue_->query(workspace(), kArtifacts, query, feed_);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::kLimit);
  EXPECT_NE(answer.error().message.find("20 ms"), std::string::npos) << answer.error().message;
  EXPECT_EQ(rows(kArtifacts, "SELECT 1"), "[[1]]");
}

TEST_F(SqlQueryTest, StopsWhenTheCallerGivesUp) {
  std::stop_source stop;
  stop.request_stop();
  Query query;
  query.sql =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT count(*) FROM n";
  query.stop = stop.get_token();
  const auto answer = catalogue_->query(workspace(), kArtifacts, query, feed_);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::kCancelled);
}

TEST_F(SqlQueryTest, CutsTheAnswerAtItsLimits) {
  Query query;
  query.sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT i FROM n";
  query.row_limit = 3;
  auto answer = catalogue_->query(workspace(), kArtifacts, query, feed_);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_TRUE(answer->truncated);
  EXPECT_EQ(json::serialize(answer->rows), "[[1],[2],[3]]");

  query.row_limit = limits::kQueryRowsMax * 10;
  answer = catalogue_->query(workspace(), kArtifacts, query, feed_);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_TRUE(answer->truncated);
  EXPECT_EQ(answer->rows.size(), limits::kQueryRowsMax);

  query.sql =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n)"
      " SELECT hex(zeroblob(500000)) FROM n";
  answer = catalogue_->query(workspace(), kArtifacts, query, feed_);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_TRUE(answer->truncated);
  EXPECT_EQ(answer->rows.size(), limits::kQueryAnswerBytesMax / 1'000'008);

  query.sql = "SELECT 1 UNION SELECT 2 UNION SELECT 3";
  query.row_limit = 3;
  answer = catalogue_->query(workspace(), kArtifacts, query, feed_);
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->truncated);
}

TEST_F(SqlQueryTest, ShowsEveryKindOfValue) {
  EXPECT_EQ(rows(kArtifacts,
                 "SELECT NULL, 1, -9007199254740991, 9007199254740992, 1.5, 9e999, -9e999, 'ä',"
                 " x'00ff', CAST(x'ff' AS TEXT), ''"),
            R"([[null,1,-9007199254740991,"9007199254740992",1.5E0,"Infinity","-Infinity","ä",)"
            R"({"$blob":"AP8="},{"$blob":"/w=="},""]])");
}

TEST_F(SqlQueryTest, BindsParametersByPlaceAndByName) {
  struct Case {
    const char* sql;
    const char* params;
    const char* rows;  // null: refused
  };
  const Case cases[] = {
      {"SELECT ?, ?", "[1,\"a\"]", "[[1,\"a\"]]"},
      {"SELECT ?2, ?1", "[1,\"a\"]", "[[\"a\",1]]"},
      {"SELECT :a, @b, $c, :a", R"({"a":1,"b":null,"c":true,"d":"unused"})", "[[1,null,1,1]]"},
      {"SELECT typeof(?), hex(?)", R"([{"$blob":"AP8="},{"$blob":"AP8="}])",
       "[[\"blob\",\"00FF\"]]"},
      {"SELECT count(*) FROM json_each(?)", "[[1,2,3]]", "[[3]]"},
      {"SELECT ?", "[]", nullptr},
      {"SELECT ?", "[1,2]", nullptr},
      {"SELECT 1", "[1]", nullptr},
      {"SELECT :a", "[1]", "[[1]]"},
      {"SELECT :a", R"({"b":1})", nullptr},
      {"SELECT ?", R"({"a":1})", nullptr},
      {"SELECT ?", "5", nullptr},
      {"SELECT ?", "[18446744073709551615]", nullptr},
      {"SELECT ?", R"([{"$blob":"no base64"}])", nullptr},
  };
  for (const Case& c : cases) {
    const auto answer = ask(kArtifacts, c.sql, *parse_json(c.params));
    if (c.rows == nullptr) {
      ASSERT_FALSE(answer) << c.sql << c.params;
      EXPECT_EQ(answer.error().code, Errc::kInvalid) << c.sql << c.params;
    } else {
      ASSERT_TRUE(answer) << c.sql << c.params << answer.error().message;
      EXPECT_EQ(json::serialize(answer->rows), c.rows) << c.sql << c.params;
    }
  }
}

TEST_F(SqlQueryTest, AQueryReadsItsOwnWrites) {
  for (int i = 2; i < 20; ++i) {
    happen("file_edit", R"({"op":"write","path":"a.txt","hash":"h2","size":3})");
    EXPECT_EQ(rows(kArtifacts, "SELECT max(seq) FROM file_versions"),
              "[[" + std::to_string(i) + "]]");
  }
}

TEST(DatabaseName, NamesTheSix) {
  for (const DatabaseName name : kDatabaseNames) {
    const auto again = parse_database_name(to_string(name));
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, name);
  }
  const auto unknown = parse_database_name("meta");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Errc::kNotFound);
  EXPECT_NE(unknown.error().hint.find("workspace_idx"), std::string::npos);
}

}  // namespace
}  // namespace coditect::databases
