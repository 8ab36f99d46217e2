#include "workspace/state/mcp_book.h"

#include <gtest/gtest.h>

namespace coditect::workspace {
namespace {

Event event(Sequence seq, std::string type, json::object data) {
  Event made;
  made.seq = seq;
  made.type = std::move(type);
  made.actor = "user:ada";
  made.data = std::move(data);
  return made;
}

TEST(McpBook, HoldsWhatWasSetLastAndComesBackFromASnapshot) {
  McpBook book;
  const json::object first{{"url", "https://a.example"}}, second{{"url", "https://b.example"}};
  book.apply(event(1, "mcp_server_set", {{"name", "a"}, {"server", first}}));
  book.apply(event(2, "mcp_server_set", {{"name", "b"}, {"server", first}}));
  book.apply(event(3, "mcp_server_set", {{"name", "a"}, {"server", second}}));
  book.apply(event(4, "mcp_server_removed", {{"name", "b"}}));
  book.apply(event(5, "mcp_signed_in", {{"name", "a"}}));
  ASSERT_EQ(book.servers().size(), 1u);
  EXPECT_EQ(book.servers().at("a").server, second);
  EXPECT_EQ(book.servers().at("a").set_by, "user:ada");
  const auto restored = McpBook::restore(book.snapshot());
  ASSERT_TRUE(restored);
  EXPECT_EQ(restored->snapshot(), book.snapshot());
  EXPECT_FALSE(McpBook::restore({{"a", 1}}));
}

}  // namespace
}  // namespace coditect::workspace
