#include "protocols/mcp/reply_stream.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include <exception>

#include "protocols/mcp/limits.h"

namespace coditect::mcp {
namespace {

using What = ReplyStream::Next::What;
using Keeping = ReplyStream::Keeping;
constexpr std::chrono::milliseconds kAtOnce{0};

class ReplyStreamTest : public testing::Test {
 public:
  /// Runs a story on the strand to its end.
  void play(awaitable<void> story) {
    asio::co_spawn(strand_, std::move(story), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
    io_.run();
  }

  asio::io_context io_;
  Strand strand_ = make_strand(io_.get_executor());
  ReplyStream read_once_{strand_, "1", Keeping::kUntilRead};
  ReplyStream kept_{strand_, "2", Keeping::kKept};
};

TEST_F(ReplyStreamTest, GivesMessagesInOrderAndThenTheEnd) {
  play([](ReplyStream& stream) -> awaitable<void> {
    stream.push("a");
    stream.finish("b", 404);
    stream.push("too late");
    const auto reader = stream.attach();
    const auto first = co_await stream.next(reader, 0, kAtOnce);
    EXPECT_EQ(first.item.text, "a");
    EXPECT_FALSE(first.item.last);
    const auto second = co_await stream.next(reader, first.item.number, kAtOnce);
    EXPECT_EQ(second.item.text, "b");
    EXPECT_TRUE(second.item.last);
    EXPECT_EQ(second.item.status, 404);
    const auto end = co_await stream.next(reader, second.item.number, kAtOnce);
    EXPECT_EQ(end.what, What::kEnd);
  }(read_once_));
}

TEST_F(ReplyStreamTest, AReaderThatComesBackReadsOnFromWhereItWas) {
  play([](ReplyStream& stream) -> awaitable<void> {
    const auto reader = stream.attach();
    stream.push("a");
    EXPECT_EQ((co_await stream.next(reader, 0, kAtOnce)).item.text, "a");
    stream.hang_up();
    EXPECT_EQ((co_await stream.next(reader, 1, kAtOnce)).what, What::kEnd);
    stream.finish("b", 200);
    const auto again = stream.attach();
    EXPECT_EQ((co_await stream.next(again, 0, kAtOnce)).item.text, "a");
    EXPECT_EQ((co_await stream.next(again, 1, kAtOnce)).item.text, "b");
    EXPECT_EQ((co_await stream.next(reader, 0, kAtOnce)).what, What::kEnd)
        << "a newer reader takes its place";
  }(kept_));
}

TEST_F(ReplyStreamTest, IsQuietWhereNothingComes) {
  play([](ReplyStream& stream) -> awaitable<void> {
    const auto reader = stream.attach();
    EXPECT_EQ((co_await stream.next(reader, 0, kAtOnce)).what, What::kQuiet);
    stream.end();
    EXPECT_EQ((co_await stream.next(reader, 0, kAtOnce)).what, What::kEnd);
  }(read_once_));
}

TEST_F(ReplyStreamTest, SaysThatItsReaderLeftBeforeTheEnd) {
  play([](ReplyStream& stream) -> awaitable<void> {
    int left = 0;
    stream.on_abandoned([&left] { ++left; });
    const auto reader = stream.attach();
    stream.detach(reader + 1);
    EXPECT_EQ(left, 0);
    stream.detach(reader);
    stream.detach(reader);
    EXPECT_EQ(left, 1);
    const auto last = stream.attach();
    stream.finish("a", 200);
    stream.detach(last);
    EXPECT_EQ(left, 1) << "the answer was there";
    co_return;
  }(read_once_));
}

TEST_F(ReplyStreamTest, HoldsNoMoreThanItsLimitAndAlwaysTheAnswer) {
  play([](ReplyStream& unread, ReplyStream& kept) -> awaitable<void> {
    const std::string half(limits::kStreamBytesMax / 2, 'x');
    for (ReplyStream* stream : {&unread, &kept}) {
      for (int i = 0; i < 3; ++i) stream->push(half + std::to_string(i));
      stream->finish("answer", 200);
    }
    const auto first = unread.attach();
    EXPECT_TRUE((co_await unread.next(first, 0, kAtOnce)).item.text.ends_with("x0"));
    EXPECT_EQ((co_await unread.next(first, 1, kAtOnce)).item.text, "answer");
    const auto second = kept.attach();
    EXPECT_TRUE((co_await kept.next(second, 0, kAtOnce)).item.text.ends_with("x2"))
        << "the newest stay for who comes back";
    EXPECT_EQ((co_await kept.next(second, 3, kAtOnce)).item.text, "answer");
  }(read_once_, kept_));
}

}  // namespace
}  // namespace coditect::mcp
