#include "api/http/provision_handler.h"

#include "api/test_api.h"
#include "storage/unpack/unpack_test_support.h"
#include "workspace/place.h"

namespace coditect::api {
namespace {

namespace fs = std::filesystem;
using unpack::packed;

/// That of a client which has left.
class GoneStream final : public NoStream {
 public:
  using NoStream::NoStream;
  std::stop_token when_peer_closed() override {
    gone_.request_stop();
    return gone_.get_token();
  }

 private:
  std::stop_source gone_;
};

/// One that is not asked for.
class UnreadBody final : public net::RequestBody {
 public:
  awaitable<Result<std::string>> read() override {
    ADD_FAILURE() << "the body is read";
    co_return std::string();
  }
};

class ImportTest : public ApiTest {
 protected:
  net::Response import(const std::string& query, std::string body) {
    return ask("POST", "/workspaces/import" + query, std::move(body));
  }
  /// What there is on the disk of workspaces.
  std::size_t folders() const {
    std::error_code none;
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(node_->folder(), none), {}));
  }
};

TEST_F(ImportTest, MakesAWorkspaceOfAnArchive) {
  const net::Response made = import(
      "?name=words%20%26%20more&file=C%3A%5Cold%5Cwords-1.0.zip&durability=local&request=r-1",
      packed("zip", {{"words-1.0/run", "#!/bin/sh\n", AE_IFREG, 0755},
                     {"words-1.0/.git/hooks/pre-commit", "x"},
                     unpack::link("words-1.0/again", "run")}));
  ASSERT_EQ(made.status, 201) << made.body;
  const json::object workspace = object_of(made);
  EXPECT_EQ(workspace.at("name"), "words & more");
  EXPECT_TRUE(workspace.at("session").is_object());
  const json::object& source = workspace.at("source").as_object();
  EXPECT_EQ(source.at("kind"), "import");
  EXPECT_EQ(source.at("file"), "words-1.0.zip");
  EXPECT_EQ(source.at("format"), "zip");
  EXPECT_EQ(source.at("files"), 2);
  EXPECT_EQ(source.at("bytes"), 10);
  EXPECT_EQ(source.at("left_out_count"), 1);
  EXPECT_EQ(source.at("left_out").at(0).at("path"), "words-1.0/.git/hooks/pre-commit");
  const std::string id(workspace.at("id").as_string());
  EXPECT_EQ(net::find_header(made.headers, "Location"), "/workspaces/" + id);
  const workspace::Place place(node_->folder() / id);
  EXPECT_EQ(*read_file(place.projects() / "again"), "#!/bin/sh\n");
  EXPECT_FALSE(fs::exists(place.projects().string() + ".unpacking"));
  const json::value events = rpc(WorkspaceId(id), R"({"jsonrpc":"2.0","id":1,
      "method":"timeline.range","params":{"from":1,"limit":1}})");
  EXPECT_EQ(events.at_pointer("/result/events/0/data/source"), json::value(source));
}

TEST_F(ImportTest, RefusesWhatMakesNoSenseAndLeavesNothing) {
  const std::string good = packed("tar", {{"a", "x"}});
  const struct {
    const char* name;
    std::string query;
    std::string body;
    int status;
  } cases[] = {
      {"no name", "", good, 400},
      {"an empty name", "?name=", good, 400},
      {"a long name", "?name=" + std::string(101, 'a'), good, 400},
      {"a name of control characters", "?name=%01", good, 400},
      {"another key", "?name=a&source=git", good, 400},
      {"another durability", "?name=a&durability=some", good, 400},
      {"no store to copy to", "?name=a&durability=replicated", good, 503},
      {"an id that is none", "?name=a&request=..", good, 400},
      {"a long file name", "?name=a&file=" + std::string(256, 'a'), good, 400},
      {"no body", "?name=a", "", 400},
      {"no archive", "?name=a", "hello", 400},
      {"a hostile one", "?name=a", packed("tar", {{"a", "x"}, {"../b", "x"}}), 400},
      {"a bomb", "?name=a", packed("tar.gz", {{"a", std::string(80 << 20, '\0')}}), 413},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const net::Response answer = import(c.query, c.body);
    EXPECT_EQ(answer.status, c.status) << answer.body;
    EXPECT_EQ(net::find_header(answer.headers, "Content-Type"), "application/problem+json");
    EXPECT_EQ(folders(), 0u);
  }
  EXPECT_EQ(object_of(ask("GET", "/workspaces")).at("workspaces").as_array().size(), 0u);
}

TEST_F(ImportTest, RefusesWhatItKnowsBeforehandBeforeAnythingIsSent) {
  const struct {
    const char* query;
    std::uint64_t bytes;
    int status;
  } cases[] = {
      {"?name=a", 5ull << 30, 413},
      {"?name=a&durability=replicated", 1000, 503},
      {"?name=", 1000, 400},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.query);
    net::Request head = request("POST", std::string("/workspaces/import") + c.query);
    head.content_length = c.bytes;
    UnreadBody body;
    NoStream stream(node_->io().get_executor());
    const auto answer = node_->run(handler_->receive(head, body, stream));
    EXPECT_EQ(answer->status, c.status) << answer->body;
  }
}

TEST_F(ImportTest, AClientThatLeavesWhileItIsUnpackedStopsIt) {
  net::Request sent = request("POST", "/workspaces/import?name=a&request=r-1");
  WholeBody body(packed("tar", {{"a", "x"}}));
  GoneStream stream(node_->io().get_executor());
  const auto answer = node_->run(handler_->receive(sent, body, stream));
  EXPECT_EQ(answer->status, 503) << answer->body;
  EXPECT_EQ(folders(), 0u);
  const net::Response again = import("?name=a&request=r-1", packed("tar", {{"a", "x"}}));
  EXPECT_EQ(again.status, 201) << "its id is free again: " << again.body;
}

TEST_F(ImportTest, AnArchiveIsSentAndNotNamed) {
  const net::Response answer =
      ask("POST", "/workspaces/provision", R"({"name":"a","source":{"kind":"import"}})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_NE(answer.body.find("/workspaces/import"), std::string::npos) << answer.body;
}

}  // namespace
}  // namespace coditect::api
