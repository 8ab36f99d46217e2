#include "coordination/bus/bus.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "coordination/test_log.h"

namespace coditect::bus {
namespace {

const std::vector<std::string> kAgents{"a", "b", "c"};

Outgoing message(std::string id, std::string from, std::vector<std::string> to) {
  Outgoing made;
  made.id = std::move(id);
  made.from = std::move(from);
  made.to = std::move(to);
  made.text = "hello";
  return made;
}

class BusTest : public ::testing::Test {
 protected:
  void record(Result<EventDraft> draft) {
    ASSERT_TRUE(draft) << draft.error().message;
    log.record(bus, *std::move(draft));
  }
  void publish(std::string id, std::string from, std::string topic) {
    Outgoing made = message(std::move(id), std::move(from), {});
    made.topic = std::move(topic);
    record(bus.send(made, kAgents));
  }
  std::string recipients() { return json::serialize(log.events().back().data.at("to")); }

  Bus bus;
  coditect::testing::TestLog log;
};

TEST_F(BusTest, DeliversInOrderThenIsRead) {
  record(bus.send(message("m1", "agent:a", {"b", "c", "b"}), kAgents));
  EXPECT_EQ(json::serialize(log.events().back().data),
            R"({"id":"m1","from":"agent:a","to":["b","c"],"text":"hello"})");
  record(bus.send(message("m2", "user:anna", {"b"}), kAgents));
  EXPECT_EQ(bus.next_pending("b")->id, "m1");
  record(bus.delivered("m1", "b"));
  EXPECT_EQ(json::serialize(log.events().back().data), R"({"id":"m1","to":"b"})");
  EXPECT_EQ(bus.next_pending("b")->id, "m2");
  EXPECT_EQ(bus.unread("b").size(), 2u);
  EXPECT_EQ(bus.unread("b")[0]->id, "m1");
  record(bus.read("m1", "b"));
  EXPECT_EQ(bus.unread("b").size(), 1u);
  EXPECT_EQ(bus.next_pending("c")->id, "m1");
  EXPECT_EQ(bus.next_pending("a"), nullptr);
}

TEST_F(BusTest, AllAndTopicsLeaveTheSenderOut) {
  record(bus.send(message("m1", "agent:a", {"all"}), kAgents));
  EXPECT_EQ(recipients(), R"(["b","c"])");
  record(bus.send(message("m2", "user:a", {"all"}), kAgents));
  EXPECT_EQ(recipients(), R"(["a","b","c"])");
  for (const char* agent : {"a", "c", "gone"}) ASSERT_TRUE(bus.subscribe(agent, "build"));
  publish("m3", "agent:a", "build");
  EXPECT_EQ(recipients(), R"(["c"])");
  bus.unsubscribe("c", "build");
  Outgoing made = message("m4", "agent:a", {});
  made.topic = "build";
  EXPECT_EQ(bus.send(made, kAgents).error().code, Errc::kNotFound);
}

TEST_F(BusTest, Refuses) {
  record(bus.send(message("m1", "agent:a", {"b"}), kAgents));
  const auto refusal = [&](auto change) {
    Outgoing made = message("m2", "agent:a", {"b"});
    change(made);
    const auto draft = bus.send(made, kAgents);
    return draft.ok() ? std::string() : std::string(to_string(draft.error().code));
  };
  EXPECT_EQ(refusal([](Outgoing& o) { o.id = "m1"; }), "conflict");
  EXPECT_EQ(refusal([](Outgoing& o) { o.id = ""; }), "invalid");
  EXPECT_EQ(refusal([](Outgoing& o) { o.from = ""; }), "invalid");
  EXPECT_EQ(refusal([](Outgoing& o) { o.text = ""; }), "invalid");
  EXPECT_EQ(refusal([](Outgoing& o) { o.text.assign(limits::kPromptBytesMax + 1, 'x'); }), "limit");
  EXPECT_EQ(refusal([](Outgoing& o) { o.to = {"b", "nobody"}; }), "not_found");
  EXPECT_EQ(refusal([](Outgoing& o) { o.to = {}; }), "invalid");
  EXPECT_EQ(refusal([](Outgoing& o) { o.topic = "build"; }), "invalid");
  EXPECT_EQ(bus.delivered("m1", "c").error().code, Errc::kNotFound);
  EXPECT_EQ(bus.delivered("m9", "b").error().code, Errc::kNotFound);
  EXPECT_EQ(bus.read("m1", "b").error().code, Errc::kConflict);
  record(bus.delivered("m1", "b"));
  EXPECT_EQ(bus.delivered("m1", "b").error().code, Errc::kConflict);
  EXPECT_FALSE(bus.subscribe("a", ""));
  EXPECT_FALSE(bus.subscribe("a", std::string(limits::kNameBytesMax + 1, 'x')));
}

TEST_F(BusTest, AFullMailboxRefusesForAll) {
  for (std::size_t i = 0; i < limits::kMailboxMax; ++i) {
    record(bus.send(message("m" + std::to_string(i), "agent:a", {"b"}), kAgents));
  }
  const auto refused = bus.send(message("x", "agent:a", {"c", "b"}), kAgents);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kLimit);
  EXPECT_TRUE(bus.send(message("x", "agent:a", {"c"}), kAgents));
  record(bus.delivered("m0", "b"));
  EXPECT_FALSE(bus.send(message("x", "agent:a", {"b"}), kAgents)) << "delivered is not read";
  record(bus.read("m0", "b"));
  EXPECT_TRUE(bus.send(message("x", "agent:a", {"b"}), kAgents));
}

TEST_F(BusTest, TopicsHaveALimit) {
  for (std::size_t i = 0; i < limits::kTopicsMax; ++i) {
    ASSERT_TRUE(bus.subscribe("a", "topic" + std::to_string(i)));
  }
  EXPECT_EQ(bus.subscribe("a", "more").error().code, Errc::kLimit);
  EXPECT_TRUE(bus.subscribe("a", "topic0"));
  bus.unsubscribe_all("a");
  EXPECT_TRUE(bus.subscribe("a", "more"));
}

TEST_F(BusTest, AnEventThatDoesNotFitChangesNothing) {
  record(bus.send(message("m1", "agent:a", {"b"}), kAgents));
  const std::string before = coditect::testing::text_of(bus);
  const std::pair<const char*, const char*> cases[] = {
      {"bus_message", R"({"id":"m1","from":"agent:a","to":["b"],"text":"x"})"},
      {"bus_message", R"({"id":"m2","from":"agent:a","to":[],"text":"x"})"},
      {"bus_message", R"({"id":"m2","from":"agent:a","to":["b",1],"text":"x"})"},
      {"bus_message", R"({"id":"m2","from":"agent:a","to":["b"]})"},
      {"bus_delivered", R"({"id":"m1","to":"c"})"},
      {"bus_read", R"({"id":"m1","to":"b"})"},
      {"bus_read", R"({"id":"m1"})"}};
  for (const auto& [type, data] : cases) {
    Event event;
    event.seq = 99;
    event.type = type;
    event.data = *parse_json_object(data);
    EXPECT_FALSE(bus.apply(event)) << type << ' ' << data;
  }
  EXPECT_EQ(coditect::testing::text_of(bus), before);
}

RC_GTEST_PROP(BusProperty, MailboxesAreQueuesAndReplayIsExact, ()) {
  const auto below = [](std::size_t beyond) {
    return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::size_t>(0, beyond));
  };
  Bus bus;
  coditect::testing::TestLog log;
  std::map<std::string, std::deque<std::string>> pending;
  std::map<std::string, std::deque<std::string>> delivered;
  const std::size_t steps = 1 + below(60);
  for (std::size_t i = 0; i < steps; ++i) {
    const std::string agent = kAgents[below(3)];
    const std::size_t what = below(4);
    if (what == 0 && !pending[agent].empty()) {
      const std::string id = pending[agent].front();
      RC_ASSERT(bus.next_pending(agent)->id == id);
      log.record(bus, *bus.delivered(id, agent));
      pending[agent].pop_front();
      delivered[agent].push_back(id);
    } else if (what == 1 && !delivered[agent].empty()) {
      const std::size_t at = below(delivered[agent].size());
      log.record(bus, *bus.read(delivered[agent][at], agent));
      delivered[agent].erase(delivered[agent].begin() + static_cast<std::ptrdiff_t>(at));
    } else if (what > 1) {
      const std::string id = "m" + std::to_string(i);
      const bool everybody = below(2) == 0;
      const std::string to = everybody ? "all" : kAgents[below(3)];
      log.record(bus, *bus.send(message(id, "agent:" + agent, {to}), kAgents));
      for (const std::string& name : kAgents) {
        if (everybody ? name != agent : name == to) pending[name].push_back(id);
      }
    }
    for (const std::string& name : kAgents) {
      RC_ASSERT(bus.unread(name).size() == pending[name].size() + delivered[name].size());
      RC_ASSERT((bus.next_pending(name) == nullptr) == pending[name].empty());
    }
    Bus replayed;
    log.replay(replayed);
    RC_ASSERT(coditect::testing::text_of(replayed) == coditect::testing::text_of(bus));
    RC_ASSERT(coditect::testing::text_of(coditect::testing::restored(bus)) ==
              coditect::testing::text_of(bus));
  }
}

}  // namespace
}  // namespace coditect::bus
