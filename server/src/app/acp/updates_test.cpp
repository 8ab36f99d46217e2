#include "app/acp/updates.h"

#include <gtest/gtest.h>

namespace coditect::app {
namespace {

TEST(Updates, ACallIsShownWithItsKindAndItsFile) {
  const json::object update = tool_started(
      {{"id", "c1"}, {"tool", "edit_file"}, {"input", {{"path", "src/a.cpp"}, {"old", "x"}}}},
      "/p");
  EXPECT_EQ(update.at("title"), "Edit src/a.cpp");
  EXPECT_EQ(update.at("kind"), "edit");
  EXPECT_EQ(update.at("status"), "in_progress");
  EXPECT_EQ(update.at("locations").at(0).at("path"), "/p/src/a.cpp");
  EXPECT_EQ(tool_title("run_command", {{"command", "make\ntest"}}), "Run make test");
  EXPECT_EQ(tool_title("git", {{"args", {"log", "-5"}}}), "git log -5");
  EXPECT_EQ(tool_kind("what_comes_later"), "other");
  EXPECT_TRUE(tool_locations({{"path", "src/**"}}, "/p").empty());
}

TEST(Updates, ItsEndShowsWhatChanged) {
  const json::object data{{"id", "c1"}, {"ok", true}, {"output", "Changed a.\n"}};
  const json::object update = tool_finished(data, ShownChange{"a", std::nullopt, "new"}, "/p");
  EXPECT_EQ(update.at("status"), "completed");
  const json::array& content = update.at("content").as_array();
  EXPECT_EQ(content.at(0).at("path"), "/p/a");
  EXPECT_EQ(content.at(0).at("newText"), "new");
  EXPECT_FALSE(content.at(0).as_object().contains("oldText")) << "the file is new";
  EXPECT_EQ(content.at(1).at("content").at("text"), "Changed a.\n");
  EXPECT_EQ(tool_finished({{"id", "c1"}, {"ok", false}}, std::nullopt, "/p").at("status"),
            "failed");
}

TEST(Updates, AQuestionHasTheAnswersOfApprovals) {
  const auto ids = [](const json::object& data) {
    std::string all;
    const json::object request = permission_request("s", data, "c1", "/p");
    for (const json::value& option : request.at("options").as_array()) {
      all += std::string(option.at("optionId").as_string()) + "/" +
             std::string(option.at("kind").as_string()) + " ";
    }
    return all;
  };
  EXPECT_EQ(ids({{"tool", "write_file"}}), "allow/allow_once deny/reject_once ");
  EXPECT_EQ(ids({{"tool", "lock"}, {"kind", "lock"}}),
            "approve/allow_once wait/reject_once cancel/reject_once ");
}

}  // namespace
}  // namespace coditect::app
