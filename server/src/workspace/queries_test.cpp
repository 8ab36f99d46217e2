#include "workspace/queries.h"

#include "base/limits.h"
#include "workspace/workspace_test_support.h"

namespace coditect::workspace {
namespace {

using databases::DatabaseName;

class QueriesTest : public WorkspaceFixture {
 public:
  QueriesTest() { create(); }
  Queries& queries() { return workspace_->queries(); }
  awaitable<std::string> text_at(std::string path, Sequence seq) {
    const auto found = co_await queries().file_at(std::move(path), seq);
    EXPECT_TRUE(found) << found.error().message;
    co_return found ? std::string(found->at("text").as_string()) : "(none)";
  }
};

TEST_F(QueriesTest, SeesEverythingThatWasAcknowledged) {
  play([](QueriesTest& test) -> awaitable<void> {
    databases::Query query;
    query.sql = "SELECT count(*) FROM file_versions WHERE path='a.txt'";
    for (int i = 1; i <= 5; ++i) {
      co_await test.write("a.txt", std::to_string(i));
      const auto rows = co_await test.queries().sql(DatabaseName::kArtifacts, query);
      EXPECT_TRUE(rows) << rows.error().message;
      EXPECT_EQ(rows->at("rows").at(0).at(0), i);
      EXPECT_EQ(rows->at("truncated"), false);
    }
  }(*this));
}

TEST_F(QueriesTest, KnowsAFileAtEveryMomentOfItsLife) {
  play([](QueriesTest& test) -> awaitable<void> {
    std::vector<std::pair<Sequence, std::string>> states;
    std::string text = "line one\n";
    for (int i = 0; i < 105; ++i) {
      text += "line " + std::to_string(i) + "\n";
      const Written written = co_await test.write("a.txt", text);
      states.emplace_back(written.seq, text);
    }
    const auto moved = co_await test.files().move(kAnn, "a.txt", "b/c.txt", std::nullopt);
    const Written last = co_await test.write("b/c.txt", "new");
    EXPECT_TRUE(co_await test.files().remove(kAnn, "b/c.txt", std::nullopt));
    for (const auto& [seq, content] : states)
      EXPECT_EQ(co_await test.text_at("a.txt", seq), content);
    EXPECT_EQ(co_await test.text_at("b/c.txt", moved->seq), text);
    EXPECT_EQ(co_await test.text_at("b/c.txt", last.seq), "new");
    const auto gone = co_await test.queries().file_at("a.txt", moved->seq);
    EXPECT_EQ(gone.error().code, Errc::kNotFound);
    const auto early = co_await test.queries().file_at("a.txt", 1);
    EXPECT_EQ(early.error().code, Errc::kNotFound);
    const auto removed = co_await test.queries().file_at("b/c.txt", last.seq + 1);
    EXPECT_EQ(removed.error().code, Errc::kNotFound);
    const auto history = co_await test.queries().file_history("a.txt", 5);
    EXPECT_TRUE(history && history->at("edits").as_array().size() == 5);
  }(*this));
}

TEST_F(QueriesTest, BinaryFilesHaveAHistoryAndNoText) {
  play([](QueriesTest& test) -> awaitable<void> {
    const auto put = co_await test.files().put(kAnn, "logo.png", std::string("\x00\xff", 2), 0644);
    EXPECT_TRUE(put);
    const auto text = co_await test.queries().file_at("logo.png", put->seq);
    EXPECT_EQ(text.error().code, Errc::kInvalid);
    const auto history = co_await test.queries().file_history("logo.png", 5);
    EXPECT_TRUE(history && history->at("edits").as_array().size() == 1);
  }(*this));
}

TEST_F(QueriesTest, Refuses) {
  play([](QueriesTest& test) -> awaitable<void> {
    const struct {
      const char* sql;
      Errc code;
    } cases[] = {{"DELETE FROM file_versions", Errc::kDenied},
                 {"DROP TABLE file_versions", Errc::kDenied},
                 {"ATTACH '/etc/passwd' AS p", Errc::kDenied},
                 {"SELECT nothing FROM nowhere", Errc::kInvalid},
                 {"SELECT 1; SELECT 2", Errc::kInvalid},
                 {"", Errc::kInvalid}};
    for (const auto& c : cases) {
      databases::Query query;
      query.sql = c.sql;
      const auto refused = co_await test.queries().sql(DatabaseName::kArtifacts, query);
      EXPECT_FALSE(refused) << c.sql;
      if (!refused) EXPECT_EQ(refused.error().code, c.code) << c.sql;
    }
    EXPECT_FALSE(co_await test.queries().cost_summary("moon"));
    EXPECT_FALSE(co_await test.queries().timeline_at({.seq = 1'000'000}));
    const auto none = co_await test.queries().file_history("missing", 5);
    EXPECT_TRUE(none && none->at("edits").as_array().empty());
  }(*this));
}

TEST_F(QueriesTest, TheTimelineCanBeReadInPartsAndFiltered) {
  play([](QueriesTest& test) -> awaitable<void> {
    for (int i = 0; i < 10; ++i)
      co_await test.write("f" + std::to_string(i % 2), std::to_string(i));
    std::vector<std::int64_t> seqs;
    databases::TimelineFilter filter;
    filter.limit = 4;
    for (;;) {
      const auto part = co_await test.queries().timeline_range(filter);
      EXPECT_TRUE(part) << part.error().message;
      for (const auto& event : part->at("events").as_array()) {
        seqs.push_back(event.at("seq").to_number<std::int64_t>());
      }
      if (!part->as_object().contains("next")) break;
      filter.from = part->at("next").to_number<Sequence>();
    }
    EXPECT_EQ(seqs.size(), test.workspace_->log().head());
    for (std::size_t i = 0; i < seqs.size(); ++i) {
      EXPECT_EQ(seqs[i], static_cast<std::int64_t>(i + 1));
    }
    databases::TimelineFilter only;
    only.path = "f1";
    const auto edits = co_await test.queries().timeline_range(only);
    EXPECT_TRUE(edits && edits->at("events").as_array().size() == 5);
    only.path = "missing";
    const auto none = co_await test.queries().timeline_range(only);
    EXPECT_TRUE(none && none->at("events").as_array().empty());
  }(*this));
}

TEST_F(QueriesTest, GoesBackToWhatWasAtAMoment) {
  play([](QueriesTest& test) -> awaitable<void> {
    const Written first = co_await test.write("a.txt", "one");
    const Time then = test.clock_.now();
    test.clock_.advance(std::chrono::seconds(10));
    co_await test.write("b.txt", "two");
    const auto seq = co_await test.queries().seq_at(then);
    EXPECT_TRUE(seq && *seq == first.seq);
    const auto state = co_await test.queries().timeline_at({.seq = first.seq});
    EXPECT_TRUE(state && state->at("files").as_array().size() == 1);
    const auto before = co_await test.queries().seq_at(then - std::chrono::hours(1));
    EXPECT_TRUE(!before || *before == 0);
  }(*this));
}

TEST_F(QueriesTest, HealthNamesEveryDatabase) {
  play([](QueriesTest& test) -> awaitable<void> {
    databases::Query query;
    query.sql = "SELECT 1";
    for (const DatabaseName name : databases::kDatabaseNames) {
      EXPECT_TRUE(co_await test.queries().sql(name, query));
    }
    const auto health = co_await test.queries().health();
    EXPECT_TRUE(health && health->size() == databases::kDatabaseNames.size());
    for (const auto& [name, state] : *health) EXPECT_EQ(state, "ok") << name;
  }(*this));
}

TEST_F(QueriesTest, WhatTheLogHasNotIsNotAnswered) {
  play([](QueriesTest& test) -> awaitable<void> {
    co_await test.write("a.txt", "one");
    journal::MemoryDisk::Faults faults;
    faults.sync_fails_after = 0;
    test.disk_->set_faults(faults);
    auto edit = [](const CurrentFile&) -> Result<std::string> { return std::string("two"); };
    EXPECT_FALSE(co_await test.files().change(kAnn, "a.txt", std::nullopt, std::nullopt, edit));
    EXPECT_EQ(co_await test.text_at("a.txt", 1'000), "one");
  }(*this));
}

}  // namespace
}  // namespace coditect::workspace
