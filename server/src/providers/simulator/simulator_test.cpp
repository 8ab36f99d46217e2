#include "providers/simulator/simulator.h"

#include <gtest/gtest.h>

#include "net/test_client.h"
#include "net/test_server.h"

namespace coditect::simulator {
namespace {

/// What each vendor's client sends, for stories that all four must play alike.
struct VendorCase {
  Vendor vendor;
  std::string path;
  std::string stream_path;
  std::string key;
};

const VendorCase kVendors[] = {
    {Vendor::kAnthropic, "/v1/messages?beta=true", "/v1/messages",
     "x-api-key: k\r\nanthropic-version: 2026-10-21\r\n"},
    {Vendor::kGemini, "/v1beta/models/gemini-4-carbon:generateContent",
     "/v1/models/gemini-4-carbon:streamGenerateContent?alt=sse", "x-goog-api-key: k\r\n"},
    {Vendor::kOpenai, "/v1/responses", "/v1/responses", "Authorization: Bearer k\r\n"},
    {Vendor::kMoonshot, "/v1/chat/completions", "/v1/chat/completions",
     "Authorization: Bearer k\r\n"},
};

json::object body_of(Vendor vendor, const std::string& text, Delivery delivery) {
  const json::object message{{"role", "user"}, {"content", text}};
  json::object body{{"model", "m"}, {"stream", delivery == Delivery::kStream}};
  switch (vendor) {
    case Vendor::kAnthropic:
      body["max_tokens"] = 100;
      body["messages"] = json::array{message};
      break;
    case Vendor::kGemini:
      return {{"contents", {{{"role", "user"}, {"parts", {{{"text", text}}}}}}}};
    case Vendor::kOpenai: body["input"] = json::array{message}; break;
    case Vendor::kMoonshot: body["messages"] = json::array{message}; break;
  }
  return body;
}

std::string rehearsal(const std::string& lines) { return "```rehearsal\n" + lines + "\n```"; }

class SimulatorTest : public testing::Test {
 protected:
  std::string request(const std::string& method, const std::string& path,
                      const std::string& headers, const std::string& body) {
    net::TestClient client(server_.port());
    client.send(method + " " + path + " HTTP/1.1\r\nHost: t\r\nConnection: close\r\n" + headers +
                "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return client.read_to_end();
  }
  std::string ask(const VendorCase& vendor, const std::string& text, Delivery delivery) {
    const std::string& path = delivery == Delivery::kStream ? vendor.stream_path : vendor.path;
    return request("POST", path, vendor.key,
                   json::serialize(body_of(vendor.vendor, text, delivery)));
  }

  ManualClock clock_;
  SeededRandom random_{1};
  Simulator simulator_{clock_, random_};
  net::TestServer server_{simulator_};
};

bool has_status(const std::string& answer, int status) {
  return answer.starts_with("HTTP/1.1 " + std::to_string(status) + " ");
}

TEST_F(SimulatorTest, EveryVendorSaysWhatIsRehearsed) {
  for (const VendorCase& vendor : kVendors) {
    for (const Delivery delivery : {Delivery::kWhole, Delivery::kStream}) {
      const std::string answer = ask(vendor, rehearsal(R"({"say":"Aye"})"), delivery);
      EXPECT_TRUE(has_status(answer, 200)) << answer;
      EXPECT_TRUE(answer.contains("\"Aye\"")) << answer;
      const bool is_stream = answer.contains("text/event-stream");
      EXPECT_EQ(is_stream, delivery == Delivery::kStream) << answer;
    }
  }
}

TEST_F(SimulatorTest, WantsAKeyButNoParticularOne) {
  for (const VendorCase& vendor : kVendors) {
    const std::string body = json::serialize(body_of(vendor.vendor, "a", Delivery::kWhole));
    for (const char* headers :
         {"", "Authorization: Bearer \r\nx-api-key:\r\nx-goog-api-key: \r\n"}) {
      const std::string answer = request("POST", vendor.path, headers, body);
      EXPECT_TRUE(has_status(answer, 401)) << answer;
      EXPECT_TRUE(answer.contains("\"error\"")) << answer;
    }
  }
}

TEST_F(SimulatorTest, RefusesUnknownPathsAndMethods) {
  for (const char* path : {"/", "/v1", "/v1/nothing", "/v2/messages", "/v1beta/models/",
                           "/v1beta/models/:generateContent", "/v1beta/models/m:dance"}) {
    const std::string answer = request("POST", path, kVendors[0].key, "{}");
    EXPECT_TRUE(has_status(answer, 404)) << path << answer;
    EXPECT_TRUE(answer.contains("\"error\"")) << answer;
  }
  for (const VendorCase& vendor : kVendors) {
    const std::string answer = request("GET", vendor.path, vendor.key, "");
    EXPECT_TRUE(has_status(answer, 405)) << answer;
    EXPECT_TRUE(answer.contains("Allow: POST")) << answer;
  }
}

TEST_F(SimulatorTest, RefusesMalformedBodies) {
  for (const VendorCase& vendor : kVendors) {
    for (const char* body :
         {"", "{", "[]", "{}", "null", R"({"model":"m"})",
          R"({"model":1,"messages":[],"input":[],"contents":[]})",
          R"({"model":"m","max_tokens":1,"messages":[],"input":[],"contents":[]})",
          R"({"model":"m","max_tokens":1,"messages":[1],"input":[1],"contents":[1]})"}) {
      const std::string answer = request("POST", vendor.path, vendor.key, body);
      EXPECT_TRUE(has_status(answer, 400)) << body << answer;
      EXPECT_TRUE(answer.contains("\"message\"")) << answer;
    }
  }
}

TEST_F(SimulatorTest, NamesTheBadLineOfARehearsal) {
  for (const VendorCase& vendor : kVendors) {
    const std::string answer =
        ask(vendor, rehearsal("{\"say\":\"a\"}\n{\"sing\":\"b\"}"), Delivery::kStream);
    EXPECT_TRUE(has_status(answer, 400)) << answer;
    EXPECT_TRUE(answer.contains("rehearsal line 2")) << answer;
  }
}

TEST_F(SimulatorTest, FailsAsOftenAsToldAndThenGoesOn) {
  const std::string text =
      rehearsal("{\"fail\":{\"status\":529,\"times\":2,\"retry_after\":1.5}}\n{\"say\":\"Aye\"}");
  for (const VendorCase& vendor : kVendors) {
    for (int i = 0; i < 2; ++i) {
      const std::string answer = ask(vendor, text, Delivery::kStream);
      EXPECT_TRUE(has_status(answer, 529)) << answer;
      const bool says_in_body = vendor.vendor == Vendor::kGemini;
      EXPECT_TRUE(answer.contains(says_in_body ? "\"retryDelay\":\"1.5s\"" : "retry-after: 2\r\n"))
          << answer;
    }
    EXPECT_TRUE(has_status(ask(vendor, text, Delivery::kStream), 200));
  }
}

TEST_F(SimulatorTest, DropsOnceAndThenGoesOn) {
  const std::string text = rehearsal("{\"drop\":\"mid-stream\"}\n{\"say\":\"Aye aye, captain\"}");
  for (const VendorCase& vendor : kVendors) {
    for (const Delivery delivery : {Delivery::kStream, Delivery::kWhole}) {
      const std::string broken = ask(vendor, text, delivery);
      EXPECT_TRUE(has_status(broken, 200)) << broken;
      EXPECT_FALSE(broken.ends_with("0\r\n\r\n")) << broken;
      const std::string answer = ask(vendor, text, delivery);
      const bool is_stream = delivery == Delivery::kStream;
      EXPECT_TRUE(is_stream ? answer.ends_with("0\r\n\r\n") : answer.ends_with("}")) << answer;
    }
  }
}

TEST_F(SimulatorTest, TurnsIntoAnErrorOnceAndThenGoesOn) {
  const std::string text = rehearsal(
      "{\"stream_error\":{\"status\":529,\"message\":\"Oh\"}}\n{\"say\":\"Aye aye, it is seen to "
      "at once and by all hands, captain\"}");
  for (const VendorCase& vendor : kVendors) {
    const std::string broken = ask(vendor, text, Delivery::kStream);
    EXPECT_TRUE(has_status(broken, 200)) << broken;
    EXPECT_TRUE(broken.contains("\"message\":\"Oh\"")) << broken;
    EXPECT_FALSE(broken.contains("captain")) << broken;
    EXPECT_TRUE(broken.ends_with("0\r\n\r\n")) << "the error is the end, not a broken connection";
    EXPECT_TRUE(ask(vendor, text, Delivery::kStream).contains("captain"));
    EXPECT_TRUE(has_status(ask(vendor, text, Delivery::kWhole), 529));
  }
}

TEST_F(SimulatorTest, NoticesThatTheClientOfAWholeAnswerLeaves) {
  const std::string text = rehearsal("{\"pause_ms\":60000}\n{\"say\":\"b\"}");
  net::TestClient client(server_.port());
  const std::string body = json::serialize(body_of(Vendor::kOpenai, text, Delivery::kWhole));
  client.send("POST /v1/responses HTTP/1.1\r\nHost: t\r\n" + kVendors[2].key +
              "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  client.close();
  server_.close();  // returns within its grace only if the pause ended
}

TEST_F(SimulatorTest, ServesTheNextRequestOfAConnectionThatWaited) {
  const std::string text = rehearsal("{\"pause_ms\":20}\n{\"say\":\"Aye\"}");
  const std::string body = json::serialize(body_of(Vendor::kOpenai, text, Delivery::kWhole));
  net::TestClient client(server_.port());
  for (int i = 0; i < 3; ++i) {
    client.send("POST /v1/responses HTTP/1.1\r\nHost: t\r\n" + kVendors[2].key +
                "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    EXPECT_TRUE(has_status(client.read_until("\"total_tokens\""), 200)) << i;
    client.read_until("}}");
  }
}

TEST_F(SimulatorTest, StopsWhenTheClientLeaves) {
  const std::string text = rehearsal("{\"say\":\"a\"}\n{\"pause_ms\":60000}\n{\"say\":\"b\"}");
  net::TestClient client(server_.port());
  const std::string body = json::serialize(body_of(Vendor::kOpenai, text, Delivery::kStream));
  client.send("POST /v1/responses HTTP/1.1\r\nHost: t\r\n" + kVendors[2].key +
              "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  EXPECT_TRUE(client.read_until("output_text.delta").contains("response.created"));
  client.close();
  server_.close();  // returns within its grace only if the pause ended
}

TEST_F(SimulatorTest, CountsTokensAndListsModels) {
  const std::string& anthropic = kVendors[0].key;
  const std::string& gemini = kVendors[1].key;
  EXPECT_TRUE(request("POST", "/v1/messages/count_tokens", anthropic,
                      R"({"model":"m","messages":[{"role":"user","content":"12345678"}]})")
                  .ends_with(R"({"input_tokens":2})"));
  EXPECT_TRUE(request("POST", "/v1beta/models/m:countTokens", gemini,
                      R"({"contents":[{"parts":[{"text":"12345678"}]}]})")
                  .ends_with(R"({"totalTokens":2})"));
  EXPECT_TRUE(request("GET", "/v1/models", anthropic, "").contains("claude-opus-5-5"));
  EXPECT_TRUE(request("GET", "/v1/models", gemini, "").contains("models/gemini-4-carbon"));
  EXPECT_TRUE(request("GET", "/v1beta/models", gemini, "").contains("models/gemini-4-carbon"));
  EXPECT_TRUE(request("GET", "/v1/models", kVendors[2].key, "").contains("gpt-6.1-sol"));
  EXPECT_TRUE(request("GET", "/v1/models", kVendors[3].key, "").contains("kimi-k3"));
  EXPECT_TRUE(has_status(request("GET", "/v1/models/claude-opus-5-5", anthropic, ""), 200));
  EXPECT_TRUE(has_status(request("GET", "/v1/models/gemini-4-carbon", gemini, ""), 200));
  EXPECT_TRUE(has_status(request("GET", "/v1beta/models/gemini-4-carbon", gemini, ""), 200));
  EXPECT_TRUE(has_status(request("GET", "/v1/models/gpt-6.1-sol", kVendors[2].key, ""), 200));
  EXPECT_TRUE(has_status(request("GET", "/v1/models/gpt-9", kVendors[2].key, ""), 404));
  EXPECT_TRUE(has_status(request("POST", "/v1/models/gpt-9", kVendors[2].key, "{}"), 405));
}

TEST_F(SimulatorTest, AGeminiStreamWithoutSseIsAJsonArray) {
  const std::string answer = request(
      "POST", "/v1beta/models/m:streamGenerateContent", kVendors[1].key,
      json::serialize(body_of(Vendor::kGemini, rehearsal(R"({"say":"Aye"})"), Delivery::kStream)));
  EXPECT_TRUE(answer.contains("application/json")) << answer;
  EXPECT_TRUE(answer.contains("\r\n[{\"candidates\"")) << answer;
  EXPECT_TRUE(answer.contains("\r\n]\r\n0\r\n\r\n")) << answer;
}

}  // namespace
}  // namespace coditect::simulator
