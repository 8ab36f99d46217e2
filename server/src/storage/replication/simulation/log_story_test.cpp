#include "storage/replication/log/log_reader.h"
#include "storage/replication/log/log_tail.h"
#include "storage/replication/log/node_log.h"
#include "storage/replication/log/seal.h"
#include "storage/replication/simulation/story.h"

namespace coditect::replication::simulation {
namespace {

/// Everything that a log gives, one word an entry: "workspace first-last".
struct Reading {
  std::vector<std::string> entries;
  LogReader::End end = LogReader::End::kOpen;
  std::uint64_t next = 0;
  std::optional<Error> error;
};

class LogStory : public StoryTest {
 protected:
  awaitable<Result<void>> append(NodeLog& log, Sequence seq) {
    return log.append(bundle_of(log.next_head(), {"w1", "w2"}, seq, seq));
  }
  awaitable<Reading> read(LogPlace from, std::string workspace) {
    LogReader reader(a_.store, std::move(from), [workspace](const Entry& entry) {
      return entry.workspace.str() == workspace;
    });
    Reading reading;
    while (true) {
      auto bundle = co_await reader.next();
      if (!bundle) reading.error = std::move(bundle).error();
      if (reading.error || !*bundle) break;
      for (const LogReader::LoadedEntry& loaded : (*bundle)->entries) {
        reading.entries.push_back(loaded.entry.workspace.str() + " " +
                                  std::to_string(loaded.entry.first) + "-" +
                                  std::to_string(loaded.entry.last));
      }
    }
    reading.end = reader.end();
    reading.next = reader.place().bundle;
    co_return reading;
  }
  void place_bundles(std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t number = first; number <= last; ++number) {
      place(bundle_key({"a", 1, number}), bundle_of(head_of(number), {"w1", "w2"}, number, number));
    }
  }
  static BundleHead head_of(std::uint64_t number, std::string nonce = "n1") {
    BundleHead head;
    head.node = "a";
    head.epoch = 1;
    head.number = number;
    head.nonce = std::move(nonce);
    return head;
  }

  Actor a_{network_};
  NodeLog log_{a_.store, "a", 1, "n1"};
};

TEST_F(LogStory, WhatIsAppendedIsRead) {
  auto story = [this]() -> awaitable<void> {
    for (Sequence seq = 1; seq <= 3; ++seq) EXPECT_TRUE((co_await append(log_, seq)).ok());
    EXPECT_EQ(log_.next_place(), (LogPlace{"a", 1, 4}));
    Reading reading = co_await read({"a", 1, 1}, "w2");
    EXPECT_EQ(reading.entries, (std::vector<std::string>{"w2 1-1", "w2 2-2", "w2 3-3"}));
    EXPECT_EQ(reading.end, LogReader::End::kOpen);
    EXPECT_EQ(reading.next, 4u);
    reading = co_await read({"a", 1, 3}, "w1");
    EXPECT_EQ(reading.entries, (std::vector<std::string>{"w1 3-3"}));
    reading = co_await read({"a", 1, 1}, "w3");
    EXPECT_TRUE(reading.entries.empty());
    reading = co_await read({"a", 2, 1}, "w1");
    EXPECT_EQ(reading.end, LogReader::End::kOpen);
  };
  play(story());
}

TEST_F(LogStory, ALostAnswerIsFoundByReadingBack) {
  auto story = [this]() -> awaitable<void> {
    const std::string bundle = bundle_of(log_.next_head(), {"w1"}, 1, 1);
    // Half of a cut link's requests arrive, unanswered.
    a_.store.cut_until = world_.now() + seconds{600};
    while (!exists(bundle_key({"a", 1, 1}))) {
      const auto unknown = co_await log_.append(bundle);
      EXPECT_EQ(unknown.error().code, Errc::kUnavailable);
    }
    a_.store.cut_until = {};
    EXPECT_TRUE((co_await log_.append(bundle)).ok());
    EXPECT_FALSE(log_.sealed());
    EXPECT_EQ(log_.next_head().number, 2u);
  };
  play(story());
}

TEST_F(LogStory, ASealEndsTheLogForEver) {
  auto story = [this]() -> awaitable<void> {
    EXPECT_TRUE((co_await append(log_, 1)).ok());
    EXPECT_TRUE((co_await seal_log(a_.store, "a", 1, "n2")).ok());
    for (int i = 0; i < 2; ++i) {
      const auto refused = co_await append(log_, 2);
      EXPECT_EQ(refused.error().code, Errc::kConflict);
      EXPECT_FALSE(refused.error().hint.empty());
      EXPECT_TRUE(log_.sealed());
    }
    const Reading reading = co_await read({"a", 1, 1}, "w1");
    EXPECT_EQ(reading.entries, (std::vector<std::string>{"w1 1-1"}));
    EXPECT_EQ(reading.end, LogReader::End::kSealed);
    EXPECT_EQ(reading.next, 2u);
  };
  play(story());
}

TEST_F(LogStory, ARivalInTheSameEpochEndsTheLogToo) {
  place(bundle_key({"a", 1, 1}), bundle_of(head_of(1, "n9"), {"w1"}, 1, 1));
  auto story = [this]() -> awaitable<void> {
    const auto refused = co_await append(log_, 1);
    EXPECT_EQ(refused.error().code, Errc::kConflict);
    EXPECT_NE(refused.error().message.find("n9"), std::string::npos);
    EXPECT_TRUE(log_.sealed());
  };
  play(story());
}

TEST_F(LogStory, ALogIsSealedOnce) {
  place_bundles(1, 3);
  auto story = [this]() -> awaitable<void> {
    for (const char* nonce : {"n2", "n3", "n2"}) {
      EXPECT_TRUE((co_await seal_log(a_.store, "a", 1, nonce)).ok());
    }
    EXPECT_TRUE(exists(bundle_key({"a", 1, 4})));
    EXPECT_FALSE(exists(bundle_key({"a", 1, 5})));
  };
  play(story());
}

TEST_F(LogStory, ASealGoesBehindWhatRetentionLeft) {
  place_bundles(40, 42);
  auto story = [this]() -> awaitable<void> {
    EXPECT_TRUE((co_await seal_log(a_.store, "a", 1, "n2")).ok());
    EXPECT_TRUE(exists(bundle_key({"a", 1, 43})));
    EXPECT_FALSE(exists(bundle_key({"a", 1, 1})));
  };
  play(story());
}

TEST_F(LogStory, ASealNeverHidesAGap) {
  place_bundles(1, 2);
  place_bundles(4, 4);
  auto story = [this]() -> awaitable<void> {
    EXPECT_TRUE((co_await seal_log(a_.store, "a", 1, "n2")).ok());
    EXPECT_TRUE(exists(bundle_key({"a", 1, 5})));
    const Reading reading = co_await read({"a", 1, 1}, "w1");
    EXPECT_EQ(reading.end, LogReader::End::kGap);
    EXPECT_EQ(reading.next, 3u);
  };
  play(story());
}

TEST_F(LogStory, ABundleThatComesAfterTheListIsNoGap) {
  place_bundles(1, 2);
  place_bundles(4, 4);
  auto story = [this]() -> awaitable<void> {
    LogReader reader(a_.store, {"a", 1, 1}, [](const Entry&) { return true; });
    EXPECT_TRUE((co_await reader.next())->has_value());
    // It was listed with the others' names, and the list had passed this one.
    place_bundles(3, 3);
    for (std::uint64_t number = 2; number <= 4; ++number) {
      const auto bundle = co_await reader.next();
      EXPECT_TRUE(bundle && *bundle && (*bundle)->place.bundle == number) << number;
    }
    EXPECT_FALSE((co_await reader.next())->has_value());
    EXPECT_EQ(reader.end(), LogReader::End::kOpen);
  };
  play(story());
}

TEST_F(LogStory, ADamagedLastBundleIsNoSeal) {
  place(bundle_key({"a", 1, 1}), "rubbish");
  auto story = [this]() -> awaitable<void> {
    EXPECT_TRUE((co_await seal_log(a_.store, "a", 1, "n2")).ok());
    EXPECT_TRUE(exists(bundle_key({"a", 1, 2})));
  };
  play(story());
}

TEST_F(LogStory, AllEpochsThatAreNotSealedAre) {
  place_bundles(1, 1);
  auto story = [this]() -> awaitable<void> {
    LeaseRecord lease = next_epoch({}, "a", "a", "n4");
    lease.epoch = 4;
    EXPECT_TRUE((co_await seal_past(a_.store, lease)).ok());
    EXPECT_TRUE(exists(bundle_key({"a", 1, 2})));
    EXPECT_TRUE(exists(bundle_key({"a", 2, 1})));
    EXPECT_TRUE(exists(bundle_key({"a", 3, 1})));
    EXPECT_FALSE(exists(bundle_key({"a", 4, 1})));
  };
  play(story());
}

TEST_F(LogStory, ASealThatCannotBeSentIsNotSaidToBeThere) {
  auto story = [this]() -> awaitable<void> {
    a_.store.cut_until = world_.now() + seconds{600};
    EXPECT_EQ((co_await seal_log(a_.store, "a", 1, "n2")).error().code, Errc::kUnavailable);
  };
  play(story());
}

TEST_F(LogStory, DamageIsNamed) {
  struct Case {
    const char* name;
    std::string content;
  };
  const std::string good = bundle_of(head_of(2), {"w1"}, 2, 2);
  std::string spoiled = good;
  spoiled[30] = static_cast<char>(spoiled[30] ^ 1);
  const Case cases[] = {
      {"empty", ""},
      {"cut", good.substr(0, good.size() - 1)},
      {"rubbish", std::string(500, 'x')},
      {"a spoiled entry", spoiled},
      {"another number", bundle_of(head_of(7), {"w1"}, 2, 2)},
  };
  place_bundles(1, 1);
  for (const Case& each : cases) {
    SCOPED_TRACE(each.name);
    place(bundle_key({"a", 1, 2}), each.content);
    auto story = [this]() -> awaitable<void> {
      const Reading reading = co_await read({"a", 1, 1}, "w1");
      EXPECT_EQ(reading.entries.size(), 1u);
      EXPECT_TRUE(reading.error.has_value());
      if (!reading.error) co_return;
      EXPECT_EQ(reading.error->code, Errc::kInternal);
      EXPECT_NE(reading.error->message.find(bundle_key({"a", 1, 2})), std::string::npos);
    };
    play(story());
  }
}

TEST_F(LogStory, ALargeIndexAndManyPagesAreRead) {
  std::vector<std::string> workspaces;
  for (int i = 0; i < 4'000; ++i) workspaces.push_back("workspace_" + std::to_string(i));
  place(bundle_key({"a", 1, 1}), bundle_of(head_of(1), workspaces, 1, 1));
  const std::string small = bundle_of(head_of(2), {"w1"}, 1, 1);
  for (std::uint64_t number = 2; number <= 1'100; ++number) {
    place(bundle_key({"a", 1, number}), make_seal(head_of(number)));
  }
  place(bundle_key({"a", 1, 2}), small);
  auto story = [this]() -> awaitable<void> {
    Reading reading = co_await read({"a", 1, 1}, "workspace_3999");
    EXPECT_FALSE(reading.error.has_value());
    EXPECT_EQ(reading.entries, (std::vector<std::string>{"workspace_3999 1-1"}));
    EXPECT_EQ(reading.next, 3u);
    reading = co_await read({"a", 1, 1'050}, "w1");
    EXPECT_EQ(reading.end, LogReader::End::kSealed);
    EXPECT_EQ(reading.next, 1'050u);
  };
  play(story());
}

class Counting final : public EntrySink {
 public:
  awaitable<Result<void>> take(Entry, std::string) override {
    ++entries;
    co_return Result<void>();
  }
  int entries = 0;
};

TEST_F(LogStory, TheTailOfALogWithAGapIsDamage) {
  place_bundles(1, 2);
  place_bundles(4, 4);
  auto story = [this]() -> awaitable<void> {
    LogTail tail(a_.store);
    Counting sink;
    const auto read = co_await tail.read(WorkspaceId("w1"), {"a", 1, 1}, sink);
    EXPECT_EQ(read.error().code, Errc::kInternal);
    EXPECT_FALSE(read.error().hint.empty());
    EXPECT_EQ(sink.entries, 2);
    EXPECT_TRUE((co_await tail.read(WorkspaceId("w1"), {"a", 1, 4}, sink)).ok());
    EXPECT_EQ(sink.entries, 3);
  };
  play(story());
}

}  // namespace
}  // namespace coditect::replication::simulation
