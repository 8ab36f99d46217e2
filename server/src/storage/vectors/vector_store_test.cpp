#include "storage/vectors/vector_store.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>

namespace coditect::vectors {
namespace {

namespace fs = std::filesystem;

class VectorStoreTest : public testing::Test {
 public:
  VectorStoreTest() {
    std::string name = (fs::temp_directory_path() / "vectors_XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    open("model a");
  }
  ~VectorStoreTest() override {
    store_.reset();
    fs::remove_all(folder_);
  }
  void TestBody() override {}

  void open(std::string_view form) {
    store_.reset();
    auto opened = VectorStore::open(folder_ / "vector-store", form);
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = *std::move(opened);
  }
  std::string found(std::vector<float> query, std::size_t limit) {
    const auto near = store_->nearest(query, limit);
    if (!near) return "error: " + near.error().message;
    std::string text;
    for (const Near& each : *near) {
      text += each.content + ":" + std::to_string(each.from_line) + "-" +
              std::to_string(each.to_line) + " ";
    }
    return text;
  }
  void put(const std::string& content, std::vector<Passage> passages) {
    const auto done = store_->put(content, passages);
    EXPECT_TRUE(done) << done.error().message;
  }

  fs::path folder_;
  std::unique_ptr<VectorStore> store_;
};

TEST_F(VectorStoreTest, FindsTheNearestFirst) {
  put("a", {{1, 10, {1, 0, 0}}, {9, 20, {0, 3, 0}}});
  put("b", {{1, 5, {1, 1, 0}}});
  EXPECT_EQ(found({2, 0, 0}, 10), "a:1-10 b:1-5 a:9-20 ");
  EXPECT_EQ(found({0, 1, 0}, 1), "a:9-20 ");
  EXPECT_EQ(found({0, 1, 0}, 0), "");
}

TEST_F(VectorStoreTest, AContentIsReplacedAndRemovedAsAWhole) {
  put("a", {{1, 1, {1, 0}}, {2, 2, {1, 0}}});
  put("a", {{3, 3, {1, 0}}});
  EXPECT_EQ(found({1, 0}, 10), "a:3-3 ");
  put("empty", {});
  EXPECT_EQ(*store_->contents(), (std::set<std::string>{"a", "empty"}));
  const std::vector<std::string> gone{"a", "never there"};
  ASSERT_TRUE(store_->remove(gone));
  EXPECT_EQ(found({1, 0}, 10), "");
  EXPECT_EQ(*store_->passages(), 0u);
  EXPECT_EQ(*store_->contents(), std::set<std::string>{"empty"});
}

TEST_F(VectorStoreTest, KeepsWhatItHasForTheSameForm) {
  put("a", {{1, 1, {1, 0}}});
  open("model a");
  EXPECT_EQ(found({1, 0}, 10), "a:1-1 ");
  open("model b");
  EXPECT_EQ(found({1, 0}, 10), "");
  EXPECT_TRUE(store_->contents()->empty());
}

TEST_F(VectorStoreTest, ADamagedFileIsBegunAgain) {
  put("a", {{1, 1, {1, 0}}});
  store_.reset();
  for (const char* suffix : {"-wal", "-shm"}) {
    fs::remove(folder_ / "vector-store" / (std::string("embeddings.db") + suffix));
  }
  std::ofstream(folder_ / "vector-store" / "embeddings.db") << std::string(50'000, 'x');
  open("model a");
  EXPECT_EQ(found({1, 0}, 10), "");
  put("b", {{1, 1, {1, 0}}});
  EXPECT_EQ(found({1, 0}, 10), "b:1-1 ");
}

TEST_F(VectorStoreTest, VectorsOfAnotherLengthAreNotCompared) {
  put("a", {{1, 1, {1, 0, 0}}});
  EXPECT_EQ(found({1, 0}, 10), "");
}

// The scan gives what comparing all of them by hand gives.
RC_GTEST_PROP(VectorStore, TheScanIsExact, ()) {
  VectorStoreTest test;
  const int dimensions = *rc::gen::inRange(1, 40);
  const auto drawn = [&] {
    std::vector<float> vector;
    for (int i = 0; i < dimensions; ++i) {
      vector.push_back(static_cast<float>(*rc::gen::inRange(-50, 51)));
    }
    vector[0] += 51;  // none has no direction
    return vector;
  };
  const auto cosine = [](const std::vector<float>& a, const std::vector<float>& b) {
    double dot = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      dot += static_cast<double>(a[i]) * b[i];
      aa += static_cast<double>(a[i]) * a[i];
      bb += static_cast<double>(b[i]) * b[i];
    }
    return dot / std::sqrt(aa * bb);
  };
  const std::vector<float> query = drawn();
  std::vector<double> expected;
  const int count = *rc::gen::inRange(0, 30);
  for (int i = 0; i < count; ++i) {
    const std::vector<float> vector = drawn();
    expected.push_back(cosine(query, vector));
    test.put("content " + std::to_string(i), {{1, 1, vector}});
  }
  std::ranges::sort(expected, std::greater<>());
  const auto limit = static_cast<std::size_t>(*rc::gen::inRange(1, 40));
  const auto near = test.store_->nearest(query, limit);
  RC_ASSERT(near.ok());
  RC_ASSERT(near->size() == std::min(limit, expected.size()));
  for (std::size_t i = 0; i < near->size(); ++i) {
    RC_ASSERT(std::abs(static_cast<double>((*near)[i].score) - expected[i]) < 1e-5);
  }
}

}  // namespace
}  // namespace coditect::vectors
