#include "workspace/files/edit_description.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "base/limits.h"
#include "base/sha256.h"
#include "storage/archive/archive_test_support.h"
#include "workspace/files/file_change.h"
#include "workspace/files/file_index.h"

namespace coditect::workspace {
namespace {

using Kinds = std::vector<std::string>;

/// One file, edited as the file service does, and read back as a reader of the log does.
class History {
 public:
  void become(const std::string& text) {
    EditBase base;
    if (const FileInfo* known = index_.find("a.txt")) {
      base = {&text_, known->hash, known->splices, known->splice_bytes};
    }
    auto data = describe_edit("a.txt", base, text, *blobs_);
    ASSERT_TRUE(data) << data.error().message;
    Event event;
    event.seq = ++seq_;
    event.type = "file_edit";
    event.data = *std::move(data);
    index_.apply(event);
    for (const char* kind : {"splice", "text", "blob"}) {
      if (event.data.contains(kind)) kinds_.emplace_back(kind);
    }
    const auto blob = [this](const std::string& hash) { return blobs_->get(hash); };
    const auto after = content_after(event, text_, blob);
    ASSERT_TRUE(after) << after.error().message;
    EXPECT_EQ(*after, text);
    text_ = text;
  }
  const FileInfo& info() const { return *index_.find("a.txt"); }
  const Kinds& kinds() const { return kinds_; }

 private:
  archive::TemporaryFolder folder_;
  std::unique_ptr<blobs::BlobStore> blobs_ = *blobs::BlobStore::open(folder_.path());
  FileIndex index_;
  std::string text_;
  Kinds kinds_;
  Sequence seq_ = 0;
};

TEST(EditDescription, NamesWhatChanged) {
  History history;
  history.become("one two three");
  history.become("one 2 three");
  history.become("");
  history.become("from nothing");
  history.become("\xff");
  history.become("text again");
  history.become(std::string(2 * limits::kInlineChangeBytesMax, 'x'));
  EXPECT_EQ(history.kinds(), (Kinds{"text", "splice", "splice", "splice", "blob", "text", "blob"}));
}

TEST(EditDescription, AFileIsLoggedWholeNowAndThen) {
  History history;
  std::string text(100, 'x');
  history.become(text);
  for (std::size_t i = 0; i < 250; ++i) {
    text[i % text.size()] = static_cast<char>('a' + i % 26);
    history.become(text);
    ASSERT_LE(history.info().splices, limits::kSpliceChainMax);
  }
  EXPECT_EQ(std::ranges::count(history.kinds(), "text"), 3);
}

TEST(EditDescription, ALargeFileIsLoggedWholeOnceItsChangesOutweighIt) {
  History history;
  const std::size_t part = limits::kInlineChangeBytesMax;
  std::string text(3 * part, '0');
  history.become(text);
  for (char fill = '1'; fill <= '9'; ++fill) {
    text.replace(0, part, std::string(part, fill));
    history.become(text);
    ASSERT_LE(history.info().splice_bytes, text.size());
  }
  EXPECT_EQ(history.kinds(), (Kinds{"blob", "splice", "splice", "splice", "blob", "splice",
                                    "splice", "splice", "blob", "splice"}));
}

TEST(EditDescription, TheLengthOfAChainSurvivesASnapshot) {
  FileIndex index;
  FileInfo info;
  info.hash = sha256_hex("x");
  info.splices = 7;
  info.splice_bytes = 99;
  index.adopt("a.txt", info);
  const auto restored = FileIndex::restore(index.snapshot());
  ASSERT_TRUE(restored);
  EXPECT_EQ(restored->find("a.txt")->splices, 7u);
  EXPECT_EQ(restored->find("a.txt")->splice_bytes, 99u);
}

RC_GTEST_PROP(EditDescriptionProperty, AnyHistoryCanBeReadBackInBoundedSteps, ()) {
  History history;
  std::string text;
  const int edits = *rc::gen::inRange(1, 60);
  for (int i = 0; i < edits; ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size() + 1);
    const auto removed = *rc::gen::inRange<std::size_t>(0, text.size() - at + 1);
    const auto inserted = *rc::gen::inRange<std::size_t>(0, 2'000);
    text.replace(at, removed, std::string(inserted, static_cast<char>('a' + i % 26)));
    history.become(text);
    RC_ASSERT(history.info().splices <= limits::kSpliceChainMax);
    RC_ASSERT(history.info().splice_bytes <= std::max(text.size(), limits::kSpliceChainBytesMin));
  }
}

}  // namespace
}  // namespace coditect::workspace
