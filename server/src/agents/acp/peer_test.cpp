#include "agents/acp/peer.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <functional>
#include <sys/socket.h>
#include <unistd.h>

#include "agents/acp/acp_limits.h"
#include "agents/acp/output_tail.h"

namespace coditect::agents::acp {
namespace {

using std::chrono::milliseconds;

class Handler final : public PeerHandler {
 public:
  awaitable<Result<json::value>> on_request(std::string method, json::object params) override {
    if (method == "refuse") co_return not_found("there is none");
    co_return json::value{{"method", method}, {"params", std::move(params)}};
  }
  awaitable<Result<void>> on_notification(std::string method, json::object) override {
    told.push_back(std::move(method));
    if (told.back() == "break") co_return unavailable("the disk is full");
    co_return Result<void>{};
  }
  std::vector<std::string> told;
};

/// A peer, and the other end of its socket in the test's hands.
class PeerTest : public testing::Test {
 public:
  PeerTest() {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    ours_ = FileDescriptor(ends[0]);
    const FileDescriptor theirs(ends[1]);
    auto stream = LineStream::open(strand_, theirs, kLineMax);
    peer_ = std::make_unique<Peer>(strand_, *std::move(stream), handler_);
  }
  static constexpr std::size_t kLineMax = 1'000;

  void play(std::function<awaitable<void>(PeerTest&)> story) {
    auto done = asio::co_spawn(strand_, run(*this, story), asio::use_future);
    io_.run();
    done.get();
  }
  static awaitable<void> run(PeerTest& self, std::function<awaitable<void>(PeerTest&)> story) {
    self.peer_->start();
    co_await story(self);
    co_await self.peer_->close();
  }
  void say(const std::string& text) {
    EXPECT_EQ(::write(ours_.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  /// What the peer has written, once it has written something.
  awaitable<std::string> heard() {
    char buffer[4096];
    for (int i = 0; i < 10'000; ++i) {
      const ssize_t size = ::recv(ours_.get(), buffer, sizeof buffer, MSG_DONTWAIT);
      if (size > 0) co_return std::string(buffer, static_cast<std::size_t>(size));
      co_await pause();
    }
    co_return "";
  }
  awaitable<void> pause() {
    Notifier never(strand_);
    co_await never.wait_until(std::chrono::steady_clock::now() + milliseconds(1));
  }
  awaitable<void> until_broken() {
    for (int i = 0; i < 10'000 && !peer_->broken(); ++i) co_await pause();
    EXPECT_TRUE(peer_->broken());
  }
  /// `until_broken()`, then why.
  awaitable<std::string> why() {
    co_await until_broken();
    co_return peer_->broken() ? peer_->broken()->message : "";
  }

  asio::io_context io_;
  const Strand strand_ = make_strand(io_.get_executor());
  Handler handler_;
  FileDescriptor ours_;
  std::unique_ptr<Peer> peer_;
};

TEST_F(PeerTest, AnswersInItsTurnAndRefusesInWords) {
  play([](PeerTest& test) -> awaitable<void> {
    test.say(R"({"jsonrpc":"2.0","id":"x","method":"ask","params":{"a":1}})"
             "\n");
    EXPECT_EQ(co_await test.heard(),
              R"({"jsonrpc":"2.0","id":"x","result":{"method":"ask","params":{"a":1}}})"
              "\n");
    test.say(R"({"id":2,"method":"refuse"})"
             "\n");
    EXPECT_EQ(co_await test.heard(), R"({"jsonrpc":"2.0","id":2,"error":{"code":-32002,)"
                                     R"("message":"there is none"}})"
                                     "\n");
  });
}

TEST_F(PeerTest, HearsWhatWasSaidBeforeAReply) {
  play([](PeerTest& test) -> awaitable<void> {
    test.say(
        "{\"method\":\"one\"}\n{\"method\":\"two\"}\n\n  \n"
        "{\"id\":1,\"result\":{\"ok\":true}}\n{\"method\":\"three\"}\n");
    const auto reply = co_await test.peer_->call("go", {}, milliseconds(20'000));
    EXPECT_TRUE(reply.ok());
    EXPECT_EQ(reply->result.at("ok"), true);
    EXPECT_GE(test.handler_.told.size(), 2u);
    test.say(R"({"id":2,"error":{"code":-32000,"message":"no","data":{"details":"why"}}})"
             "\n");
    const auto refused = co_await test.peer_->call("go", {}, milliseconds(20'000));
    EXPECT_TRUE(refused.ok());
    EXPECT_EQ(refused->refusal->code, -32000);
    EXPECT_EQ(refused->refusal->message, "no: why");
  });
}

TEST_F(PeerTest, ACallEndsInTimeAndALateReplyIsNobodys) {
  play([](PeerTest& test) -> awaitable<void> {
    const auto reply = co_await test.peer_->call("go", {}, milliseconds(5));
    EXPECT_FALSE(reply.ok());
    test.say("{\"id\":1,\"result\":{}}\n{\"id\":77,\"result\":{}}\n{\"method\":\"last\"}\n");
    for (int i = 0; i < 10'000 && test.handler_.told.empty(); ++i) co_await test.pause();
    EXPECT_FALSE(test.peer_->broken());
  });
}

TEST_F(PeerTest, IsOverWithTooMuchNonsense) {
  play([](PeerTest& test) -> awaitable<void> {
    for (int i = 0; i < limits::kAcpGarbageLinesMax; ++i) {
      EXPECT_FALSE(test.peer_->broken());
      test.say(i % 3 == 0 ? "Loading\n" : i % 3 == 1 ? "[1]\n" : "{\"id\":1}\n");
    }
    EXPECT_NE((co_await test.why()).find("no messages"), std::string::npos);
    EXPECT_FALSE((co_await test.peer_->call("go", {})).ok());
  });
}

TEST_F(PeerTest, IsOverWithALineThatIsTooLong) {
  play([](PeerTest& test) -> awaitable<void> {
    test.say(std::string(kLineMax + 1, 'x'));
    EXPECT_NE((co_await test.why()).find("a line of more than"), std::string::npos);
  });
}

TEST_F(PeerTest, IsOverWhenTheOtherSideClosesAndEveryCallHearsIt) {
  play([](PeerTest& test) -> awaitable<void> {
    test.say("half a line");
    test.ours_ = FileDescriptor();
    const auto reply = co_await test.peer_->call("go", {});
    EXPECT_FALSE(reply.ok());
    EXPECT_TRUE(test.peer_->broken());
  });
}

TEST_F(PeerTest, IsOverWhenAHandlerFails) {
  play([](PeerTest& test) -> awaitable<void> {
    test.say("{\"method\":\"break\"}\n");
    EXPECT_EQ(co_await test.why(), "the disk is full");
  });
}

TEST(OutputTailTest, KeepsTheEndBetweenCharacters) {
  OutputTail tail(8);
  tail.append("short");
  EXPECT_EQ(tail.text().text, "short");
  EXPECT_FALSE(tail.text().truncated);
  for (int i = 0; i < 100; ++i) tail.append("aä€");
  EXPECT_TRUE(tail.text().truncated);
  EXPECT_LE(tail.text().text.size(), 8u);
  EXPECT_TRUE(tail.text().text.ends_with("aä€")) << tail.text().text;
}

}  // namespace
}  // namespace coditect::agents::acp
