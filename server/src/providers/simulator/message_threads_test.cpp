#include "providers/simulator/message_threads.h"

#include <gtest/gtest.h>

namespace coditect::simulator {
namespace {

json::object parsed(std::string_view text) { return *parse_json_object(text); }

const char* const kBegin =
    R"({"model":"m","system":"s","thread":{"type":"create"},"messages":[{"role":"user","content":"a"}]})";

json::object answer(const std::string& id, const std::string& text) {
  return {{"id", id}, {"content", json::array{json::object{{"type", "text"}, {"text", text}}}}};
}

json::object going_on(const std::string& id) {
  return {{"model", "n"},
          {"thread", json::object{{"type", "continue"}, {"previous_message_id", id}}},
          {"messages", json::array{json::object{{"role", "user"}, {"content", "c"}}}}};
}

TEST(MessageThreads, PutBeforeARequestWhatWasSaidBefore) {
  MessageThreads threads;
  const Result<json::object> first = threads.whole_request(parsed(kBegin));
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(*first, parsed(kBegin));
  threads.keep(*first, answer("msg_1", "b"));
  const Result<json::object> second = threads.whole_request(going_on("msg_1"));
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->at("system"), "s");
  EXPECT_EQ(second->at("model"), "n");
  EXPECT_EQ(json::serialize(second->at("messages")),
            R"([{"role":"user","content":"a"},)"
            R"({"role":"assistant","content":[{"type":"text","text":"b"}]},)"
            R"({"role":"user","content":"c"}])");
  threads.keep(*second, answer("msg_2", "d"));
  EXPECT_EQ(threads.whole_request(going_on("msg_2"))->at("messages").as_array().size(), 5u);
  EXPECT_EQ(threads.whole_request(going_on("msg_1"))->at("messages").as_array().size(), 3u)
      << "an earlier answer can be gone on from as well";
}

TEST(MessageThreads, LeaveOtherRequestsAlone) {
  MessageThreads threads;
  const json::object body = parsed(R"({"model":"m","messages":[]})");
  EXPECT_EQ(*threads.whole_request(body), body);
  threads.keep(body, answer("msg_1", "b"));
  EXPECT_EQ(threads.whole_request(going_on("msg_1")).error().code, Errc::kNotFound);
}

TEST(MessageThreads, RefuseWhatMakesNoSense) {
  const MessageThreads threads;
  for (const char* body :
       {R"({"messages":[],"thread":{}})", R"({"messages":[],"thread":{"type":"end"}})",
        R"({"messages":[],"thread":{"type":"continue"}})",
        R"({"thread":{"type":"continue","previous_message_id":"msg_1"}})"}) {
    const Result<json::object> whole = threads.whole_request(parsed(body));
    ASSERT_FALSE(whole.ok()) << body;
    EXPECT_EQ(whole.error().code, Errc::kInvalid) << body;
  }
}

TEST(MessageThreads, ForgetTheOldest) {
  MessageThreads threads;
  for (std::size_t i = 0; i <= MessageThreads::kThreadsMax; ++i) {
    threads.keep(parsed(kBegin), answer("msg_" + std::to_string(i), "b"));
  }
  EXPECT_FALSE(threads.whole_request(going_on("msg_0")).ok());
  EXPECT_TRUE(threads.whole_request(going_on("msg_1")).ok());
}

}  // namespace
}  // namespace coditect::simulator
