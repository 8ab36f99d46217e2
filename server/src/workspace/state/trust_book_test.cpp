#include "workspace/state/trust_book.h"

#include <gtest/gtest.h>

namespace coditect::workspace {
namespace {

Event event(std::string type, json::object data) {
  Event made;
  made.type = std::move(type);
  made.data = std::move(data);
  return made;
}

TEST(TrustBook, TrustIsBoundToAPathAndItsContent) {
  TrustBook book;
  EXPECT_FALSE(book.trusts("AGENTS.md", ""));
  book.apply(event("instructions_trusted", {{"path", "AGENTS.md"}, {"hash", "h1"}}));
  EXPECT_TRUE(book.trusts("AGENTS.md", "h1"));
  EXPECT_FALSE(book.trusts("AGENTS.md", "h2")) << "it has changed";
  EXPECT_FALSE(book.trusts("a/AGENTS.md", "h1")) << "the same content elsewhere";
  book.apply(event("instructions_trusted", {{"path", "AGENTS.md"}, {"hash", "h2"}}));
  EXPECT_FALSE(book.trusts("AGENTS.md", "h1")) << "one content at a time";
  book.apply(event("instructions_distrusted", {{"path", "a/AGENTS.md"}}));
  EXPECT_TRUE(book.trusts("AGENTS.md", "h2"));
  book.apply(event("instructions_distrusted", {{"path", "AGENTS.md"}}));
  EXPECT_FALSE(book.trusts("AGENTS.md", "h2"));
  EXPECT_EQ(book.size(), 0u);
}

TEST(TrustBook, OtherEventsAndDamagedOnesChangeNothing) {
  TrustBook book;
  book.apply(event("instructions_trusted", {{"path", "AGENTS.md"}}));
  book.apply(event("instructions_trusted", {{"hash", "h"}}));
  book.apply(event("file_edit", {{"path", "AGENTS.md"}, {"hash", "h"}}));
  EXPECT_EQ(book.size(), 0u);
}

TEST(TrustBook, ASnapshotIsTheBook) {
  TrustBook book;
  book.apply(event("instructions_trusted", {{"path", "AGENTS.md"}, {"hash", "h1"}}));
  const auto restored = TrustBook::restore(book.snapshot());
  ASSERT_TRUE(restored);
  EXPECT_TRUE(restored->trusts("AGENTS.md", "h1"));
  EXPECT_EQ(restored->size(), 1u);
  EXPECT_FALSE(TrustBook::restore({{"AGENTS.md", 1}}));
}

}  // namespace
}  // namespace coditect::workspace
