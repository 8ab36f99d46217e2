#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <string>
#include <utility>
#include <vector>

#include "agents/agent_loop.h"
#include "agents/agent_loop_test_support.h"

namespace coditect::agents {

inline providers::ToolCall tool_call(std::string id, std::string name, json::object input) {
  return {std::move(id), std::move(name), std::move(input)};
}

inline providers::ModelAnswer answer(providers::StopReason stop,
                                     std::vector<providers::Block> blocks) {
  providers::ModelAnswer made;
  made.turn = {providers::Role::kAssistant, std::move(blocks)};
  made.stop = stop;
  made.billed.resize(1);
  return made;
}

/// A loop whose model says what a test scripts, in a workspace that keeps what it is told.
class AgentLoopFixture : public ::testing::Test {
 protected:
  Outcome run(int attempt = 1) { return run_with({}, attempt); }
  Outcome run_with(std::vector<AgentModel> fallbacks, int attempt = 1) {
    asio::io_context io;
    AgentLoop loop(host_, {provider_, model_}, tools_, std::move(fallbacks));
    auto done = asio::co_spawn(
        io,
        loop.run({TaskId("t_1"), "claude", "do it", attempt, images_, role_}, stop_.get_token()),
        asio::use_future);
    io.run();
    EXPECT_TRUE(host_.open.empty()) << "a reservation is left";
    host_.conversation.emplace_back();
    host_.conversation.back().type = "task_finished";
    return done.get();
  }
  static std::string text_of(const providers::Turn& turn) {
    return std::get<providers::TextBlock>(turn.blocks.at(0)).text;
  }
  /// The model reads a file, in an answer of its own.
  void read(const std::string& path) {
    provider_.say(
        answer(providers::StopReason::kToolUse, {tool_call("x", "read_file", {{"path", path}})}));
  }
  /// What was logged of this type, oldest first.
  std::vector<json::object> logged(std::string_view type) const {
    std::vector<json::object> found;
    for (const json::object& event : host_.recorded) {
      if (find_string(event, "type") == type) found.push_back(event);
    }
    return found;
  }

  FakeHost host_;
  ScriptedProvider provider_;
  NoCommands commands_;
  BlockingPool pool_{1};
  const tools::ToolBox tools_{commands_, pool_};
  std::stop_source stop_;
  std::string model_ = "model-1";
  std::vector<ImageRef> images_;
  std::string role_;
};

}  // namespace coditect::agents
