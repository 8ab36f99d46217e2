#include <algorithm>
#include <set>
#include <string>

#include "storage/databases/queries/files.h"
#include "storage/databases/queries/messages.h"
#include "storage/databases/queries/metrics.h"
#include "storage/databases/queries/moment_files.h"
#include "storage/databases/queries/timeline.h"
#include "storage/databases/test_workspace.h"

namespace coditect::databases {
namespace {

class QueriesTest : public WorkspaceTest {
 protected:
  std::string at(Sequence seq) {
    const auto state = timeline_at(view(), {.seq = seq});
    return state ? json::serialize(*state) : "error: " + state.error().message;
  }
  // The content that the steps make, as a workspace computes it; blobs are shown as <hash>.
  std::string content(std::string_view path, Sequence seq) {
    const auto steps = file_changes_until(view(), path, seq);
    if (!steps) return "error: " + std::string(to_string(steps.error().code));
    std::string text;
    for (const FileChange& step : *steps) {
      switch (step.kind) {
        case FileChange::Kind::kText: text = step.text; break;
        case FileChange::Kind::kBlob: text = "<" + step.blob + ">"; break;
        case FileChange::Kind::kSplice:
          text.replace(static_cast<std::size_t>(step.at), static_cast<std::size_t>(step.remove),
                       step.text);
          break;
      }
    }
    return text;
  }
};

TEST_F(QueriesTest, TheTimelineShowsEveryMoment) {
  feed_.add_tree("tree", {{"old", "h0", 1, 0644}});
  happen("checkpoint", R"({"label":"provisioned","tree":"tree"})");
  happen("task_queued", R"({"agent":"kimi","priority":5,"attempt":1})", "t1");
  happen("task_started", R"({"agent":"kimi","attempt":1})", "t1");
  happen("lock_acquired", R"({"path":"new","mode":"write","token":1,"holder":"agent:kimi"})");
  happen("file_edit", R"({"op":"create","path":"new","hash":"h1","size":2,"text":"ab"})");
  happen("lock_released", R"({"path":"new","mode":"write","token":1,"reason":"released"})");
  happen("file_edit", R"({"op":"remove","path":"old","hash":""})");
  happen("task_finished", R"({"agent":"kimi","state":"succeeded","elapsed_ms":1})", "t1");

  EXPECT_EQ(at(0), R"({"seq":0,"files":[],"agents":[],"locks":[],"tasks":[]})");
  EXPECT_EQ(at(1), R"({"seq":1,"files":[{"path":"old","version":1,"hash":"h0","size":1}],)"
                   R"("agents":[],"locks":[],"tasks":[]})");
  EXPECT_EQ(at(5), R"({"seq":5,"files":[{"path":"new","version":5,"hash":"h1","size":2},)"
                   R"({"path":"old","version":1,"hash":"h0","size":1}],)"
                   R"("agents":[{"name":"kimi","state":"executing","task":"t1"}],)"
                   R"("locks":[{"path":"new","mode":"write","holder":"agent:kimi","token":1}],)"
                   R"("tasks":[{"id":"t1","agent":"kimi","state":"running","priority":5}]})");
  EXPECT_EQ(at(8), R"({"seq":8,"files":[{"path":"new","version":5,"hash":"h1","size":2}],)"
                   R"("agents":[{"name":"kimi","state":"executing"}],"locks":[],)"
                   R"("tasks":[{"id":"t1","agent":"kimi","state":"succeeded","priority":5}]})");
  const auto beyond = timeline_at(view(), {.seq = 9});
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().code, Errc::kNotFound);
}

TEST_F(QueriesTest, ATimeIsTheLastEventBeforeIt) {
  for (int i = 0; i < 3; ++i) happen("workspace_woken", "{}");
  const Time first{std::chrono::seconds{1'800'000'001}};
  using std::chrono::microseconds;
  EXPECT_EQ(*seq_at_time(view(), first - microseconds{1}), 0u);
  EXPECT_EQ(*seq_at_time(view(), first), 1u);
  EXPECT_EQ(*seq_at_time(view(), first + microseconds{1}), 1u);
  EXPECT_EQ(*seq_at_time(view(), first + std::chrono::hours{1}), 3u);
}

TEST_F(QueriesTest, TheTimelineIsFiltered) {
  happen("file_edit", R"({"op":"create","path":"a"})", "", "agent:claude");
  happen("file_edit", R"({"op":"create","path":"b"})", "", "agent:kimi");
  happen("agent_message", R"({"id":"m","text":"x"})", "", "agent:claude");
  happen("file_edit", R"({"op":"write","path":"a"})", "", "user:ann");
  using Found = std::vector<Sequence>;
  EXPECT_EQ(*timeline_range(view(), {}), (Found{1, 2, 3, 4}));
  EXPECT_EQ(*timeline_range(view(), {.from = 2, .limit = 2}), (Found{2, 3}));
  EXPECT_EQ(*timeline_range(view(), {.types = {"file_edit"}}), (Found{1, 2, 4}));
  EXPECT_EQ(*timeline_range(view(), {.agent = "claude"}), (Found{1, 3}));
  EXPECT_EQ(*timeline_range(view(), {.path = "a"}), (Found{1, 4}));
  EXPECT_EQ(*timeline_range(view(), {.types = {"file_edit", "x'\""}, .agent = "claude"}),
            (Found{1}));
  EXPECT_EQ(*timeline_range(view(), {.from = 5}), Found{});
  EXPECT_EQ(*timeline_range(view(), {.before = 4, .limit = 2}), (Found{2, 3}));
  EXPECT_EQ(*timeline_range(view(), {.from = 2, .before = 4}), (Found{2, 3}));
  EXPECT_EQ(*timeline_range(view(), {.before = 9, .limit = 2, .types = {"file_edit"}}),
            (Found{2, 4}));
  EXPECT_EQ(*timeline_range(view(), {.types = {"file_edit", "agent_message", "file_edit"}}),
            (Found{1, 2, 3, 4}));
  EXPECT_EQ(*timeline_range(view(), {.before = 1}), Found{});
  TimelineFilter many{.types = std::vector<std::string>(600, "file_edit")};
  EXPECT_EQ(*timeline_range(view(), many), (Found{1, 2, 4}));
}

TEST_F(QueriesTest, AMomentSaysWhatIsDifferentFromAnother) {
  happen("file_edit", R"({"op":"create","path":"a","hash":"1","size":1,"text":"1"})");  // 1
  happen("file_edit", R"({"op":"create","path":"b","hash":"2","size":1,"text":"2"})");  // 2
  happen("file_edit", R"({"op":"write","path":"a","hash":"3","size":1,"text":"3"})");   // 3
  happen("file_edit", R"({"op":"move","path":"c","from":"b","hash":"2","size":1})");    // 4
  const auto told = [this](Sequence seq, Sequence since) {
    const auto state = timeline_at(view(), {.seq = seq, .since = since});
    return json::serialize(state->at("files")) + " " + json::serialize(state->at("removed"));
  };
  const std::string a1 = R"({"path":"a","version":1,"hash":"1","size":1})";
  const std::string a3 = R"({"path":"a","version":3,"hash":"3","size":1})";
  const std::string b2 = R"({"path":"b","version":2,"hash":"2","size":1})";
  const std::string c4 = R"({"path":"c","version":4,"hash":"2","size":1})";
  EXPECT_EQ(told(4, 2), "[" + a3 + "," + c4 + R"(] ["b"])");
  EXPECT_EQ(told(2, 4), "[" + a1 + "," + b2 + R"(] ["c"])");
  EXPECT_EQ(told(4, 0), "[" + a3 + "," + c4 + R"(] ["b"])");
  EXPECT_EQ(told(0, 4), R"([] ["a","b","c"])");
  EXPECT_EQ(told(3, 3), "[] []");
  EXPECT_FALSE(timeline_at(view(), {.seq = 4})->contains("since"));
}

// Locks are found by slots of the log; what a slot's edge cuts must not be lost.
TEST_F(QueriesTest, LocksAreFoundAtEveryMomentTheyAreHeld) {
  struct Span {
    Sequence from;
    Sequence to;
  };
  const Sequence slot = 256;
  const Span spans[] = {{2, 3},
                        {4, slot - 1},
                        {5, slot + 1},
                        {6, 3 * slot + 7},
                        {slot, slot + 2},
                        {slot + 3, 0},
                        {2 * slot + 1, 2 * slot + 2}};
  const auto path = [](Sequence from) { return "p" + std::to_string(from); };
  for (Sequence seq = 1; seq <= 4 * slot; ++seq) {
    const auto begins = std::ranges::find(spans, seq, &Span::from);
    const auto ends = std::ranges::find(spans, seq, &Span::to);
    const auto data = [&](const Span& span) {
      return R"({"mode":"write","holder":"agent:kimi","token":)" + std::to_string(span.from) +
             R"(,"path":")" + path(span.from) + "\"}";
    };
    if (begins != std::end(spans)) {
      happen("lock_acquired", data(*begins));
    } else if (ends != std::end(spans)) {
      happen("lock_released", data(*ends));
    } else {
      happen("workspace_woken", "{}");
    }
  }
  for (Sequence seq = 0; seq <= 4 * slot; ++seq) {
    std::set<std::string> held;
    for (const Span& span : spans) {
      if (span.from <= seq && (span.to == 0 || span.to > seq)) held.insert(path(span.from));
    }
    std::set<std::string> found;
    const auto state = timeline_at(view(), {.seq = seq});
    for (const json::value& lock : state->at("locks").as_array()) {
      found.insert(std::string(lock.at("path").as_string()));
    }
    ASSERT_EQ(found, held) << seq;
  }
}

TEST_F(QueriesTest, FarMomentsAreToldWhole) {
  happen("file_edit", R"({"op":"create","path":"a","hash":"1","size":1,"text":"1"})");
  for (Sequence i = 0; i <= kSinceEventsMax; ++i) happen("workspace_woken", "{}");
  const auto far = timeline_at(view(), {.seq = kSinceEventsMax + 2, .since = 1});
  EXPECT_FALSE(far->contains("since"));
  EXPECT_EQ(far->at("files").as_array().size(), 1u);
  const auto near = timeline_at(view(), {.seq = kSinceEventsMax + 1, .since = 1});
  EXPECT_EQ(near->at("since"), 1);
}

TEST_F(QueriesTest, TheFilesOfAMomentHaveTheirModes) {
  feed_.add_tree("tree", {{"run", "h0", 1, 0755}, {"plain", "h1", 1, 0644}});
  happen("checkpoint", R"({"label":"provisioned","tree":"tree"})");                       // 1
  happen("file_edit", R"({"op":"write","path":"run","hash":"2","size":2,"text":"22"})");  // 2
  happen("file_edit", R"({"op":"move","path":"go","from":"run","hash":"2","size":2})");   // 3
  happen("file_edit",
         R"({"op":"write","path":"plain","hash":"3","size":3,"mode":448,"text":"333"})");   // 4
  happen("file_edit", R"({"op":"remove","path":"plain","hash":"","size":0})");              // 5
  happen("file_edit", R"({"op":"create","path":"plain","hash":"4","size":1,"text":"4"})");  // 6
  const auto files = [this](Sequence seq) {
    std::string all;
    for (const MomentFile& file : *moment_files(view(), seq)) {
      all += file.path + " " + file.hash + " " + std::to_string(file.mode) + ";";
    }
    return all;
  };
  EXPECT_EQ(files(0), "");
  EXPECT_EQ(files(1), "plain h1 420;run h0 493;");
  EXPECT_EQ(files(2), "plain h1 420;run 2 493;");
  EXPECT_EQ(files(3), "go 2 493;plain h1 420;");
  EXPECT_EQ(files(4), "go 2 493;plain 3 448;");
  EXPECT_EQ(files(5), "go 2 493;");
  EXPECT_EQ(files(6), "go 2 493;plain 4 420;");
}

TEST_F(QueriesTest, AFilesContentIsMadeFromItsChanges) {
  feed_.add_tree("tree", {{"old", "h0", 1, 0644}});
  happen("checkpoint", R"({"label":"provisioned","tree":"tree"})");                       // 1
  happen("file_edit", R"({"op":"create","path":"a","hash":"1","size":3,"text":"abc"})");  // 2
  happen("file_edit",
         R"({"op":"write","path":"a","hash":"2","size":4,
         "splice":{"at":1,"remove":1,"insert":"XY"}})");                              // 3
  happen("file_edit", R"({"op":"move","path":"b","from":"a","hash":"2","size":4})");  // 4
  happen("file_edit",
         R"({"op":"write","path":"b","hash":"3","size":5,
         "splice":{"at":0,"remove":0,"insert":"!"}})");                                    // 5
  happen("file_edit", R"({"op":"create","path":"a","hash":"e","size":0})");                // 6
  happen("file_edit", R"({"op":"write","path":"a","hash":"big","size":9,"blob":"big"})");  // 7
  happen("file_edit", R"({"op":"remove","path":"b","hash":""})");                          // 8
  happen("file_edit",
         R"({"op":"write","path":"old","hash":"4","size":2,
         "splice":{"at":4,"remove":0,"insert":"+"}})");  // 9
  struct Case {
    const char* path;
    Sequence seq;
    const char* content;
  };
  const Case cases[] = {
      {"old", 1, "<h0>"},
      {"a", 1, "error: not_found"},
      {"a", 2, "abc"},
      {"a", 3, "aXYc"},
      {"a", 4, "error: not_found"},
      {"b", 3, "error: not_found"},
      {"b", 4, "aXYc"},
      {"b", 5, "!aXYc"},
      {"b", 7, "!aXYc"},
      {"a", 6, ""},
      {"a", 7, "<big>"},
      {"b", 8, "error: not_found"},
      {"old", 9, "<h0>+"},
      {"a", 1000, "<big>"},
      {"none", 9, "error: not_found"},
  };
  for (const Case& c : cases) EXPECT_EQ(content(c.path, c.seq), c.content) << c.path << c.seq;
}

TEST_F(QueriesTest, AFilesHistoryIsNewestFirst) {
  happen("file_edit", R"({"op":"create","path":"a","hash":"1","size":3,"text":"abc"})", "t1",
         "agent:kimi");
  happen("file_edit", R"({"op":"move","path":"b","from":"a","hash":"1","size":3})");
  const auto history = file_history(view(), "a", 10);
  ASSERT_TRUE(history);
  ASSERT_EQ(history->size(), 2u);
  EXPECT_EQ(history->at(0).at("op"), "moved_away");
  EXPECT_EQ(history->at(0).at("to_path"), "b");
  EXPECT_EQ(history->at(1).at("actor"), "agent:kimi");
  EXPECT_EQ(history->at(1).at("task"), "t1");
  EXPECT_EQ(file_history(view(), "a", 1)->size(), 1u);
  EXPECT_EQ(file_history(view(), "none", 1)->size(), 0u);
}

TEST_F(QueriesTest, MessagesComeInPages) {
  for (int i = 1; i <= 5; ++i) {
    happen("agent_message", R"({"id":"m","from":"user:ann","to":["all"],"text":"number )" +
                                std::to_string(i) + R"("})");
  }
  const auto newest = list_messages(view(), 0, 2);
  ASSERT_TRUE(newest);
  EXPECT_EQ(newest->at("messages").at(0).at("seq"), 4);
  EXPECT_EQ(newest->at("messages").at(1).at("text"), "number 5");
  EXPECT_EQ(json::serialize(newest->at("messages").at(1).at("to")), R"(["all"])");
  EXPECT_EQ(newest->at("before"), 4);
  const auto older = list_messages(view(), 2, 2);
  ASSERT_TRUE(older);
  EXPECT_EQ(older->at("messages").as_array().size(), 1u);
  EXPECT_FALSE(older->contains("before"));
}

TEST_F(QueriesTest, MessagesAreSearchedByWords) {
  happen("agent_message", R"({"id":"m1","text":"Rewrite the C++ parser"})");
  happen("agent_message", R"({"id":"m2","text":"The parser is done"})");
  struct Case {
    const char* words;
    std::size_t found;
  };
  const Case cases[] = {
      {"parser", 2},       {"PARS", 2}, {"parser done", 1}, {"done parser", 1},
      {"C++", 1},          {"rewr", 1}, {"nothing", 0},     {"", 0},
      {"  ", 0},           {"\"", 0},   {"a OR b", 0},      {"text: parser", 0},
      {"parser NEAR(", 0}, {"*", 0},    {"-parser", 2},
  };
  for (const Case& c : cases) {
    const auto found = search_messages(view(), c.words, 10);
    ASSERT_TRUE(found) << c.words << ": " << found.error().message;
    EXPECT_EQ(found->size(), c.found) << c.words;
  }
  const auto found = search_messages(view(), "rewrite", 10);
  EXPECT_EQ(found->at(0).at("snippet"), "«Rewrite» the C++ parser");
}

TEST_F(QueriesTest, CostsAddUp) {
  const auto use = [&](const char* agent, const char* model, const char* cost, const char* task) {
    happen("usage_recorded",
           std::string(R"({"input":10,"cached":1,"cache_write":0,"output":2,"reasoning":1,)") +
               R"("simulated":true,"saved_usd":)" +
               (std::string_view(cost) == "null" ? "null" : "0.125") + R"(,"agent":")" + agent +
               R"(","model":")" + model + R"(","cost_usd":)" + cost + "}",
           task);
  };
  use("claude", "opus", "0.5", "t1");
  use("claude", "opus", "0.25", "t2");
  use("kimi", "k", "null", "t2");
  const auto by_agent = cost_summary(view(), CostBy::kAgent);
  ASSERT_TRUE(by_agent) << by_agent.error().message;
  EXPECT_EQ(json::serialize(by_agent->at("rows")),
            R"([{"key":"claude","calls":2,"input":20,"cached":2,"cache_write":0,"output":4,)"
            R"("reasoning":2,"cost_usd":7.5E-1,"unpriced_calls":0,"simulated_calls":2,)"
            R"("saved_usd":2.5E-1,"cached_share":9.090909090909091E-2},)"
            R"({"key":"kimi","calls":1,"input":10,"cached":1,"cache_write":0,"output":2,)"
            R"("reasoning":1,"unpriced_calls":1,"simulated_calls":1,)"
            R"("cached_share":9.090909090909091E-2,"cost_usd":null,"saved_usd":null}])");
  EXPECT_EQ(by_agent->at("total").at("cost_usd"), 0.75);
  EXPECT_EQ(by_agent->at("truncated"), false);
  EXPECT_EQ(cost_summary(view(), CostBy::kTask)->at("rows").as_array().size(), 2u);
  EXPECT_EQ(cost_summary(view(), CostBy::kModel)->at("rows").at(1).at("key"), "k");
  EXPECT_EQ(cost_summary(view(), CostBy::kDay)->at("rows").at(0).at("key"), "2027-01-15");
  EXPECT_TRUE(parse_cost_by("day"));
  EXPECT_FALSE(parse_cost_by("seq; DROP TABLE usage"));
}

TEST_F(QueriesTest, WithoutUsageTheTotalIsZero) {
  const auto summary = cost_summary(view(), CostBy::kDay);
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->at("total").at("cost_usd"), 0.0);
  EXPECT_EQ(summary->at("total").at("saved_usd"), 0.0);
  EXPECT_EQ(summary->at("total").at("cached_share"), 0.0);
  EXPECT_TRUE(summary->at("rows").as_array().empty());
}

TEST_F(QueriesTest, FinishedTasksComeInPages) {
  for (const char* task : {"t1", "t2", "t3"}) {
    happen("task_queued", R"({"agent":"kimi","prompt":"do","priority":5,"attempt":1})", task);
  }
  happen("task_finished", R"({"agent":"kimi","state":"succeeded","elapsed_ms":1})", "t1");
  happen("task_finished",
         R"({"agent":"kimi","state":"failed","elapsed_ms":1,
         "error":{"kind":"limit","message":"m","hint":"h"}})",
         "t2");
  const auto newest = finished_tasks(view(), 0, 1);
  ASSERT_TRUE(newest);
  EXPECT_EQ(newest->at("tasks").at(0).at("id"), "t2");
  EXPECT_EQ(json::serialize(newest->at("tasks").at(0).at("error")),
            R"({"kind":"limit","message":"m","hint":"h"})");
  EXPECT_EQ(newest->at("before"), 5);
  const auto older = finished_tasks(view(), 5, 1);
  ASSERT_TRUE(older);
  EXPECT_EQ(older->at("tasks").at(0).at("id"), "t1");
  EXPECT_FALSE(older->at("tasks").at(0).as_object().contains("error"));
  EXPECT_FALSE(older->contains("before"));
}

}  // namespace
}  // namespace coditect::databases
