#include "api/websocket/socket_session.h"

#include "api/test_api.h"
#include "api/websocket/test_socket.h"
#include "base/limits.h"

namespace coditect::api {
namespace {

/// A client of one workspace's WebSocket. The session ends when it goes.
class Client {
 public:
  Client(ApiTest& test, const WorkspaceId& id) : socket_(test.node_->io().get_executor()) {
    auto session =
        std::make_shared<SocketSession>(socket_, *test.dispatcher_, id, owner_caller("user:ann"));
    ended_ =
        asio::co_spawn(socket_.strand(), SocketSession::run(std::move(session)), asio::use_future);
  }
  ~Client() { leave(); }

  TestSocket& socket() { return socket_; }
  void leave() {
    if (!ended_.valid()) return;
    socket_.cut();
    ended_.get();
  }
  void call(int id, std::string_view method, json::object params = {}) {
    socket_.say(json::serialize(
        json::object{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}}));
  }
  /// The next message that is no preview.
  json::object hear() {
    const auto text = socket_.hear();
    check(text.has_value(), "the server says nothing");
    return *parse_json_object(*text);
  }
  /// The answer to a call; events before it are kept for events().
  json::object answer(int id) {
    for (;;) {
      json::object message = hear();
      const json::value* answered = message.if_contains("id");
      if (answered != nullptr && *answered == id) return message;
      check(answered == nullptr, json::serialize(message));
      keep(std::move(message));
    }
  }
  /// Attaches; the head that the answer names.
  Sequence attach(std::optional<Sequence> resume_from = std::nullopt, int pace_ms = 0) {
    json::object params;
    if (pace_ms > 0) params["pace_ms"] = pace_ms;
    if (resume_from) params["resume_from"] = *resume_from;
    call(1, "workspace.attach", std::move(params));
    attached_ = answer(1);
    return attached_.at("result").at("head").to_number<Sequence>();
  }
  const json::object& attached() const { return attached_; }
  /// The numbers of the next events, up to `last`.
  std::vector<Sequence> events_up_to(Sequence last) {
    std::vector<Sequence> seqs = std::exchange(kept_, {});
    while (seqs.empty() || seqs.back() < last) {
      keep(hear());
      for (const Sequence seq : std::exchange(kept_, {})) seqs.push_back(seq);
    }
    return seqs;
  }

 private:
  void keep(json::object message) {
    if (message.at("method") != "event") return;
    kept_.push_back(message.at("params").at("event").at("seq").to_number<Sequence>());
  }

  TestSocket socket_;
  std::future<void> ended_;
  json::object attached_;
  std::vector<Sequence> kept_;
};

std::vector<Sequence> from_to(Sequence first, Sequence last) {
  std::vector<Sequence> seqs;
  for (Sequence seq = first; seq <= last; ++seq) seqs.push_back(seq);
  return seqs;
}

class SocketSessionTest : public ApiTest {
 public:
  /// Adds `count` events to the log; the head after them.
  Sequence record(const WorkspaceId& id, int count) {
    auto add = [count](workspace::Workspace& each) -> awaitable<Result<json::value>> {
      for (int i = 0; i < count; ++i) {
        each.log().append({"agent_message", "user:ann", each.session(), {}, {{"text", "x"}}});
      }
      CO_TRY_VOID(co_await each.log().durable(each.log().head()));
      co_return json::value(each.log().head());
    };
    auto head = node_->perform(id, add);
    check(head.ok(), head ? "" : head.error().message);
    return head->to_number<Sequence>();
  }
};

TEST_F(SocketSessionTest, AnswersCallsInAnyOrderOfTheirWork) {
  const WorkspaceId id = provision();
  Client client(*this, id);
  client.call(1, "agents.list");
  EXPECT_TRUE(client.answer(1).at("result").as_object().contains("agents"));
  client.socket().say("{");
  EXPECT_EQ(client.hear().at("error").at("code"), -32700);
  client.socket().say(R"([1,{"jsonrpc":"2.0","id":5,"method":"no.such"}])");
  const json::array batch = json::parse(*client.socket().hear()).as_array();
  ASSERT_EQ(batch.size(), 2u);
  EXPECT_EQ(batch[0].at("error").at("code"), -32600);
  EXPECT_EQ(batch[1].at("id"), 5);
  client.socket().say(R"({"jsonrpc":"2.0","method":"agents.list"})");
  client.call(6, "agents.list");
  EXPECT_EQ(client.hear().at("id"), 6) << "a notification is not answered";
}

TEST_F(SocketSessionTest, SendsEveryEventFromTheHeadOn) {
  const WorkspaceId id = provision();
  Client client(*this, id);
  const Sequence head = client.attach();
  EXPECT_FALSE(client.attached().at("result").as_object().contains("resync"));
  const Sequence last = record(id, 1000);
  EXPECT_EQ(client.events_up_to(last), from_to(head + 1, last));
}

TEST_F(SocketSessionTest, ResumesWithoutAGapOrARepetition) {
  const WorkspaceId id = provision();
  const Sequence head = record(id, 600);
  for (const Sequence resume_from : {Sequence{0}, Sequence{1}, Sequence{299}, head - 1}) {
    Client client(*this, id);
    EXPECT_EQ(client.attach(resume_from), head);
    EXPECT_EQ(client.events_up_to(head), from_to(resume_from + 1, head)) << resume_from;
  }
  Client client(*this, id);
  client.attach(head);
  const Sequence last = record(id, 1);
  EXPECT_EQ(client.events_up_to(last), from_to(last, last));
}

TEST_F(SocketSessionTest, WhoeverAsksForAPaceHearsOfManyTogether) {
  constexpr int kPaceMs = 300;
  const WorkspaceId id = provision();
  const Sequence before = record(id, 1000);
  Client client(*this, id);
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(client.attach(1, kPaceMs), before);
  EXPECT_EQ(client.events_up_to(before), from_to(2, before)) << "whoever is behind waits not";
  // One comes at once or ends the wait after the last page; what comes then waits for its time.
  const Sequence first = record(id, 1);
  EXPECT_EQ(client.events_up_to(first), from_to(before + 1, first));
  const Sequence head = record(id, 5);
  EXPECT_EQ(client.events_up_to(head), from_to(first + 1, head));
  EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(kPaceMs));
  client.call(2, "workspace.attach", {{"pace_ms", 1001}});
  EXPECT_EQ(client.answer(2).at("error").at("data").at("kind"), "invalid");
}

TEST_F(SocketSessionTest, AClientThatKnowsMoreThanTheLogIsToldToForget) {
  const WorkspaceId id = provision();
  Client client(*this, id);
  const Sequence head = client.attach(1'000'000);
  EXPECT_EQ(client.attached().at("result").at("resync"), true);
  const json::object resync = client.hear();
  EXPECT_EQ(resync.at("method"), "resync");
  EXPECT_EQ(resync.at("params").at("head").to_number<Sequence>(), head);
  const Sequence last = record(id, 3);
  EXPECT_EQ(client.events_up_to(last), from_to(head + 1, last));
}

TEST_F(SocketSessionTest, RefusesToAttachWhatMakesNoSense) {
  const WorkspaceId id = provision();
  Client client(*this, id);
  int number = 10;
  for (const json::value& bad :
       {json::value(-1), json::value("1"), json::value(1.5), json::value(nullptr)}) {
    client.call(++number, "workspace.attach", {{"resume_from", bad}});
    EXPECT_EQ(client.answer(number).at("error").at("code"), -32602) << bad;
  }
  client.call(++number, "workspace.attach", {{"resume", 1}});
  EXPECT_EQ(client.answer(number).at("error").at("code"), -32602);
  client.call(++number, "agents.list");
  EXPECT_TRUE(client.answer(number).contains("result")) << "it goes on";
}

TEST_F(SocketSessionTest, AttachingAgainBeginsTheStreamAnew) {
  const WorkspaceId id = provision();
  Client client(*this, id);
  client.attach(0);
  const Sequence head = record(id, 50);
  client.events_up_to(head);
  client.attach(0);
  EXPECT_EQ(client.events_up_to(head), from_to(1, head));
  const Sequence last = record(id, 50);
  EXPECT_EQ(client.events_up_to(last), from_to(head + 1, last)) << "one stream, not two";
}

TEST_F(SocketSessionTest, TwoSubscribersSeeTheSame) {
  const WorkspaceId id = provision();
  Client one(*this, id);
  Client two(*this, id);
  const Sequence head = one.attach();
  two.attach(head);
  Sequence last = record(id, 300);
  EXPECT_EQ(one.events_up_to(last), from_to(head + 1, last));
  EXPECT_EQ(two.events_up_to(last), from_to(head + 1, last));
  two.leave();
  const Sequence before = last;
  last = record(id, 5);
  EXPECT_EQ(one.events_up_to(last), from_to(before + 1, last)) << "the other one has left";
}

TEST_F(SocketSessionTest, ASlowReaderCostsLittleAndMissesNothing) {
  const WorkspaceId id = provision();
  Client slow(*this, id);
  Client quick(*this, id);
  const Sequence head = slow.attach();
  quick.attach(head);
  slow.socket().stop_reading();
  // More than an outbox holds.
  const Sequence last = record(id, static_cast<int>(limits::kSubscriberQueueMax) + 500);
  EXPECT_EQ(quick.events_up_to(last), from_to(head + 1, last)) << "nobody waits for the slow one";
  slow.socket().go_on_reading();
  EXPECT_EQ(slow.events_up_to(last), from_to(head + 1, last));
}

TEST_F(SocketSessionTest, ACutInTheMiddleLosesNothing) {
  const WorkspaceId id = provision();
  const Sequence last = record(id, 2000);
  std::vector<Sequence> seen;
  while (seen.empty() || seen.back() < last) {
    Client client(*this, id);
    const Sequence after = seen.empty() ? 0 : seen.back();
    client.attach(after);
    // Cut after some hundreds, wherever the stream is then.
    const auto part = client.events_up_to(std::min(after + 333, last));
    seen.insert(seen.end(), part.begin(), part.end());
    client.leave();
  }
  EXPECT_EQ(seen, from_to(1, last));
  // Nobody subscribes any more, so it may sleep.
  EXPECT_TRUE(node_->run(workspace::Workspace::is_idle(*node_->run(registry().wake(id)),
                                                       clock_.steady() + std::chrono::hours(1))));
}

TEST_F(SocketSessionTest, ACutWhileCallsAreUnderWay) {
  const WorkspaceId id = provision();
  for (int round = 0; round < 5; ++round) {
    Client client(*this, id);
    client.attach(0);
    for (int i = 10; i < 40; ++i) {
      client.call(i, "files.create",
                  {{"path", std::to_string(round) + "-" + std::to_string(i)}, {"text", "x"}});
    }
    if (round % 2 == 1) client.hear();
    client.leave();
  }
  EXPECT_TRUE(node_->run(registry().sleep(id))) << "nothing holds it";
}

TEST_F(SocketSessionTest, FallingAsleepSendsTheClientAway) {
  const WorkspaceId id = provision();
  Sequence last = 0;
  {
    Client client(*this, id);
    last = client.attach();
    ASSERT_TRUE(node_->run(registry().sleep(id)));
    EXPECT_EQ(client.socket().closed(), net::CloseCode::kGoingAway);
  }
  Client back(*this, id);
  const Sequence head = back.attach(last);
  EXPECT_EQ(back.events_up_to(head), from_to(last + 1, head)) << "what it slept through";
}

TEST_F(SocketSessionTest, TooManyCallsAtOnceAreRefused) {
  const WorkspaceId id = provision();
  Client client(*this, id);
  const int calls = 40 * static_cast<int>(limits::kSocketCallsMax);
  for (int i = 1; i <= calls; ++i) client.call(i, "agents.list");
  int answered = 0;
  int refused = 0;
  while (answered + refused < calls) {
    const json::object message = client.hear();
    if (message.at("id").is_null()) {
      EXPECT_EQ(message.at("error").at("data").at("kind"), "limit");
      ++refused;
    } else {
      ++answered;
    }
  }
  EXPECT_GE(answered, static_cast<int>(limits::kSocketCallsMax));
}

TEST_F(SocketSessionTest, AClientThatOnlyAsksIsClosed) {
  const WorkspaceId id = provision();
  Client client(*this, id);
  client.socket().stop_reading();
  for (std::size_t i = 0; i < limits::kSubscriberQueueMax + 100; ++i) client.socket().say("{");
  EXPECT_EQ(client.socket().closed(), net::CloseCode::kPolicy);
}

}  // namespace
}  // namespace coditect::api
