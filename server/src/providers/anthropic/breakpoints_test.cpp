#include "providers/anthropic/breakpoints.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "providers/anthropic/request.h"

namespace coditect::providers::anthropic {
namespace {

constexpr std::size_t kLookBackBlocks = 20;

/// The blocks of a request in the order in which the vendor reads them, and which are marked.
struct Layout {
  std::vector<std::string> blocks;  ///< without their marks
  std::vector<std::size_t> marked;
  std::vector<std::string> lives;  ///< of the marks: "5m" or "1h"
};

Layout layout_of(const ModelRequest& request) {
  json::object body = *parse_json_object(build_request(request).body);
  Layout layout;
  const auto add = [&layout](json::value& block) {
    if (const json::value* control = block.as_object().if_contains("cache_control")) {
      layout.marked.push_back(layout.blocks.size());
      layout.lives.push_back(find_string(control->as_object(), "ttl").value_or("5m"));
      block.as_object().erase("cache_control");
    }
    layout.blocks.push_back(json::serialize(block));
  };
  for (const char* part : {"tools", "system"}) {
    if (!body.contains(part)) continue;
    for (json::value& block : body[part].as_array()) add(block);
  }
  for (json::value& message : body["messages"].as_array()) {
    for (json::value& block : message.at("content").as_array()) add(block);
  }
  return layout;
}

ModelRequest request_of(std::string model, std::size_t system_bytes) {
  ModelRequest request{.model = std::move(model), .system = std::string(system_bytes, 's')};
  request.tools = {{"one", "first", {{"type", "object"}}}, {"two", "second", {{"type", "object"}}}};
  request.turns = {{Role::kUser, {TextBlock{"question"}}}};
  return request;
}

/// An answer with `calls` parallel calls, and the turn with their results.
void answer_with_calls(ModelRequest& request, std::size_t calls) {
  const std::string turn = std::to_string(request.turns.size());
  Turn answer{Role::kAssistant, {TextBlock{"thinking of " + turn}}};
  Turn results{Role::kUser, {}};
  for (std::size_t i = 0; i < calls; ++i) {
    const std::string id = "t" + turn + "_" + std::to_string(i);
    answer.blocks.push_back(ToolCall{id, "one", {{"n", i}}});
    results.blocks.push_back(ToolResult{id, "one", "result " + id});
  }
  if (calls == 0) results.blocks.push_back(TextBlock{"go on after " + turn});
  request.turns.push_back(std::move(answer));
  request.turns.push_back(std::move(results));
}

TEST(Breakpoints, StandAfterToolsSystemAndTheLastTwoUserMessages) {
  ModelRequest request = request_of("claude-opus-5-5", 8000);
  request.tools[0].description = std::string(8000, 't');
  EXPECT_EQ(layout_of(request).marked, (std::vector<std::size_t>{1, 2, 3}));
  answer_with_calls(request, 2);
  answer_with_calls(request, 1);
  // tools 0-1, system 2, question 3, answer 4-6, results 7-8, answer 9-10, result 11
  EXPECT_EQ(layout_of(request).marked, (std::vector<std::size_t>{1, 2, 8, 11}));
}

TEST(Breakpoints, NoneWhereThePromptIsSurelyShorterThanTheModelsMinimum) {
  const struct {
    const char* model;
    std::size_t minimum_tokens;
  } models[] = {{"claude-opus-5", 512},
                {"claude-fable-5", 512},
                {"claude-opus-4-8", 1024},
                {"claude-sonnet-5", 1024},
                {"claude-sonnet-4-5-20250929", 1024},
                {"claude-opus-4-7", 2048},
                {"claude-opus-4-6", 4096},
                {"claude-haiku-4-5-20251001", 4096},
                {"claude-sonnet-5-5", 512}};
  for (const auto& [model, minimum] : models) {
    // A token has at least two bytes: half of them cannot be enough, four times as many are.
    EXPECT_TRUE(layout_of(request_of(model, minimum)).marked.empty()) << model;
    EXPECT_EQ(layout_of(request_of(model, minimum * 4)).marked, (std::vector<std::size_t>{2, 3}))
        << model;
  }
}

TEST(Breakpoints, LongerLivesStandBeforeShorterOnes) {
  ModelRequest request = request_of("claude-opus-5-5", 8000);
  request.tools[0].description = std::string(8000, 't');
  const auto lives = [&request](CacheLife prefix, CacheLife turns) {
    request.prefix_life = prefix;
    request.turns_life = turns;
    return layout_of(request).lives;
  };
  using Lives = std::vector<std::string>;
  EXPECT_EQ(lives(CacheLife::kShort, CacheLife::kShort), (Lives{"5m", "5m", "5m"}));
  EXPECT_EQ(lives(CacheLife::kLong, CacheLife::kShort), (Lives{"1h", "1h", "5m"}));
  EXPECT_EQ(lives(CacheLife::kShort, CacheLife::kLong), (Lives{"1h", "1h", "1h"}));
}

RC_GTEST_PROP(Breakpoints, ATaskFindsWhatItsFormerRequestLeft, ()) {
  ModelRequest request = request_of("claude-opus-5-5", 4000);
  Layout before = layout_of(request);
  const auto turns = *rc::gen::inRange(1, 6);
  for (int turn = 0; turn < turns; ++turn) {
    answer_with_calls(request, *rc::gen::inRange<std::size_t>(0, 30));
    const Layout now = layout_of(request);
    RC_ASSERT(now.marked.size() <= 4u);
    // The prefix is the same, block by block.
    RC_ASSERT(before.blocks.size() < now.blocks.size());
    RC_ASSERT(std::equal(before.blocks.begin(), before.blocks.end(), now.blocks.begin()));
    // A mark finds what the former request's last mark wrote, itself or by looking back.
    const std::size_t left = before.marked.back();
    RC_ASSERT(std::ranges::any_of(now.marked, [left](std::size_t mark) {
      return mark >= left && mark - left < kLookBackBlocks;
    }));
    before = now;
  }
}

}  // namespace
}  // namespace coditect::providers::anthropic
