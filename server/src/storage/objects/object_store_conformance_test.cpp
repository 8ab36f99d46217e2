#include "storage/objects/object_store_conformance.h"

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "base/random.h"
#include "base/storage_limits.h"
#include "storage/objects/byte_sources.h"
#include "storage/objects/crc32c.h"

namespace coditect::objects {

// Not every backend of this program is to be found on every machine.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ObjectStoreConformance);

void ObjectStoreConformance::SetUp() {
  backend_ = GetParam().make(io_.get_executor());
  if (!backend_) GTEST_SKIP() << "the peer of " << GetParam().name << " is not installed";
}

void ObjectStoreConformance::TearDown() {
  if (!backend_) return;
  run(backend_->store().close());
  backend_.reset();
}

void ObjectStoreConformance::spawn(awaitable<void> story) {
  const auto rethrow = [](std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
  };
  asio::co_spawn(make_strand(io_.get_executor()), std::move(story), rethrow);
}

void ObjectStoreConformance::run_threads() {
  io_.restart();
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back([this] { io_.run(); });
  io_.run();
}

Result<ObjectInfo> ObjectStoreConformance::put(const std::string& key, const std::string& content,
                                               Condition condition) {
  return run(store().put(key, content, std::move(condition)));
}

Result<ObjectInfo> ObjectStoreConformance::put_stream(const std::string& key, ByteSource& source,
                                                      Condition condition) {
  return run(store().put(key, source, std::move(condition)));
}

Result<ObjectStore::Object> ObjectStoreConformance::get(const std::string& key, Range range,
                                                        std::size_t bytes_max) {
  return run(store().get(key, range, bytes_max));
}

Result<ObjectInfo> ObjectStoreConformance::head(const std::string& key) {
  return run(store().head(key));
}

Result<void> ObjectStoreConformance::remove(const std::string& key) {
  return run(store().remove(key));
}

std::vector<std::string> ObjectStoreConformance::keys(const std::string& prefix,
                                                      std::size_t limit) {
  std::vector<std::string> keys;
  std::string next;
  do {
    auto page = run(store().list(prefix, next, limit));
    if (!page) {
      ADD_FAILURE() << page.error().message;
      break;
    }
    EXPECT_LE(page->objects.size(), limit);
    for (const ObjectInfo& info : page->objects) keys.push_back(info.key);
    next = page->next;
  } while (!next.empty());
  return keys;
}

std::string ObjectStoreConformance::content(const std::string& key, Range range) {
  auto object = get(key, range);
  return object ? object->content : std::string(to_string(object.error().code));
}

namespace {

Errc code_of(const auto& result) { return result.ok() ? Errc{-1} : result.error().code; }

/// `bytes` bytes that no compression shortens, the same each time.
std::string noise(std::size_t bytes, std::uint64_t seed) {
  SeededRandom random(seed);
  std::string content;
  content.reserve(bytes + sizeof(std::uint64_t));
  while (content.size() < bytes) {
    std::uint64_t word = random.next();
    for (std::size_t i = 0; i < sizeof word; ++i, word >>= 8) {
      content.push_back(static_cast<char>(word & 0xff));
    }
  }
  content.resize(bytes);
  return content;
}

TEST_P(ObjectStoreConformance, KeepsWhatIsPut) {
  const std::string content = noise(1'000, 1);
  const auto stored = put("folder/object", content);
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->key, "folder/object");
  EXPECT_EQ(stored->bytes, content.size());
  EXPECT_FALSE(stored->generation.empty());
  if (stored->crc32c) {
    EXPECT_EQ(*stored->crc32c, crc32c(content));
  }

  const auto object = get("folder/object");
  ASSERT_TRUE(object) << object.error().message;
  EXPECT_EQ(object->content, content);
  EXPECT_EQ(object->info.generation, stored->generation);
  EXPECT_EQ(object->info.bytes, content.size());
  const auto info = head("folder/object");
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->key, "folder/object");
  EXPECT_EQ(info->generation, stored->generation);
  EXPECT_EQ(info->bytes, content.size());
}

TEST_P(ObjectStoreConformance, KeepsAnEmptyContent) {
  ASSERT_TRUE(put("empty", ""));
  EXPECT_EQ(content("empty"), "");
  EXPECT_EQ(content("empty", {.offset = 0, .bytes = 10}), "");
  EXPECT_EQ(content("empty", {.offset = 5, .bytes = std::nullopt}), "");
  const auto info = head("empty");
  ASSERT_TRUE(info);
  EXPECT_EQ(info->bytes, 0u);
  StringSource nothing("");
  ASSERT_TRUE(put_stream("empty-stream", nothing));
  EXPECT_EQ(content("empty-stream"), "");
}

TEST_P(ObjectStoreConformance, PutsIfAbsentOnlyOnce) {
  ASSERT_TRUE(put("once", "first", IfAbsent{}));
  EXPECT_EQ(code_of(put("once", "second", IfAbsent{})), Errc::kConflict);
  EXPECT_EQ(code_of(put("once", "first", IfAbsent{})), Errc::kConflict);
  EXPECT_EQ(content("once"), "first");
  StringSource source("third");
  EXPECT_EQ(code_of(put_stream("once", source, IfAbsent{})), Errc::kConflict);
  EXPECT_EQ(content("once"), "first");
  ASSERT_TRUE(remove("once"));
  EXPECT_TRUE(put("once", "again", IfAbsent{}));
  EXPECT_EQ(content("once"), "again");
}

TEST_P(ObjectStoreConformance, PutsIfGenerationOnlyOverThatVersion) {
  const auto first = put("versioned", "first", IfAbsent{});
  ASSERT_TRUE(first);
  const auto second = put("versioned", "second", IfGeneration{first->generation});
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_NE(second->generation, first->generation);
  EXPECT_EQ(code_of(put("versioned", "lost", IfGeneration{first->generation})), Errc::kConflict);
  EXPECT_EQ(content("versioned"), "second");

  StringSource source("third");
  const auto third = put_stream("versioned", source, IfGeneration{second->generation});
  ASSERT_TRUE(third) << third.error().message;
  StringSource lost("lost");  // another content: what a retry finds of its own counts as stored
  EXPECT_EQ(code_of(put_stream("versioned", lost, IfGeneration{second->generation})),
            Errc::kConflict);
  EXPECT_EQ(content("versioned"), "third");
}

TEST_P(ObjectStoreConformance, AnUnconditionalPutMakesAGenerationToo) {
  const auto first = put("overwritten", "first");
  ASSERT_TRUE(first);
  const auto second = put("overwritten", "second");
  ASSERT_TRUE(second);
  EXPECT_NE(first->generation, second->generation);
  EXPECT_EQ(code_of(put("overwritten", "lost", IfGeneration{first->generation})), Errc::kConflict);
  EXPECT_EQ(content("overwritten"), "second");
}

TEST_P(ObjectStoreConformance, IfGenerationOfAMissingObjectIsAConflict) {
  const auto stored = put("gone", "content");
  ASSERT_TRUE(stored);
  ASSERT_TRUE(remove("gone"));
  EXPECT_EQ(code_of(put("gone", "content", IfGeneration{stored->generation})), Errc::kConflict);
  EXPECT_EQ(content("gone"), "not_found");
}

TEST_P(ObjectStoreConformance, OneOfSixteenClaimantsWins) {
  std::vector<awaitable<Result<ObjectInfo>>> claims;
  for (int i = 0; i < 16; ++i) {
    claims.push_back(store().put("claimed", "claimant " + std::to_string(i), IfAbsent{}));
  }
  const auto results = run_all(std::move(claims));
  int won = 0;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results[i]) {
      ++won;
      EXPECT_EQ(content("claimed"), "claimant " + std::to_string(i));
    } else {
      EXPECT_EQ(results[i].error().code, Errc::kConflict) << results[i].error().message;
    }
  }
  EXPECT_EQ(won, 1);
}

TEST_P(ObjectStoreConformance, OneOfSixteenUpdatersWins) {
  const auto stored = put("lease", "free");
  ASSERT_TRUE(stored);
  std::vector<awaitable<Result<ObjectInfo>>> updates;
  for (int i = 0; i < 16; ++i) {
    updates.push_back(
        store().put("lease", "owner " + std::to_string(i), IfGeneration{stored->generation}));
  }
  const auto results = run_all(std::move(updates));
  int won = 0;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results[i]) {
      ++won;
      EXPECT_EQ(content("lease"), "owner " + std::to_string(i));
    } else {
      EXPECT_EQ(results[i].error().code, Errc::kConflict) << results[i].error().message;
    }
  }
  EXPECT_EQ(won, 1);
}

TEST_P(ObjectStoreConformance, GivesRanges) {
  ASSERT_TRUE(put("ten", "0123456789"));
  struct Case {
    Range range;
    std::string_view content;
  };
  const Case cases[] = {
      {{0, std::nullopt}, "0123456789"},
      {{0, 10}, "0123456789"},
      {{0, 11}, "0123456789"},
      {{0, 1}, "0"},
      {{3, 4}, "3456"},
      {{9, 1}, "9"},
      {{9, 100}, "9"},
      {{7, std::nullopt}, "789"},
      {{0, 0}, ""},
      {{5, 0}, ""},
      {{10, std::nullopt}, ""},
      {{10, 1}, ""},
      {{11, std::nullopt}, ""},
      {{1'000'000, 5}, ""},
      {{3, ~std::uint64_t{0}}, "3456789"},
      {{~std::uint64_t{0}, ~std::uint64_t{0}}, ""},
  };
  for (const Case& c : cases) {
    const auto object = get("ten", c.range);
    ASSERT_TRUE(object) << c.range.offset << ": " << object.error().message;
    EXPECT_EQ(object->content, c.content) << c.range.offset;
    EXPECT_EQ(object->info.bytes, 10u) << c.range.offset;
    EXPECT_FALSE(object->info.generation.empty()) << c.range.offset;
  }
}

TEST_P(ObjectStoreConformance, GivesNoMoreThanTheCallerCanHold) {
  ASSERT_TRUE(put("ten", "0123456789"));
  EXPECT_EQ(code_of(get("ten", {}, 9)), Errc::kLimit);
  EXPECT_TRUE(get("ten", {}, 10));
  EXPECT_TRUE(get("ten", {.offset = 1, .bytes = std::nullopt}, 9));
  EXPECT_EQ(code_of(get("ten", {.offset = 0, .bytes = std::nullopt}, 9)), Errc::kLimit);
}

TEST_P(ObjectStoreConformance, SaysWhatIsMissing) {
  EXPECT_EQ(code_of(get("missing")), Errc::kNotFound);
  EXPECT_EQ(code_of(get("missing", {.offset = 1, .bytes = 1})), Errc::kNotFound);
  EXPECT_EQ(code_of(head("missing")), Errc::kNotFound);
  bool called = false;
  const ByteSink sink = [&](std::string_view) -> Result<void> {
    called = true;
    return {};
  };
  EXPECT_EQ(code_of(run(store().read("missing", {}, sink))), Errc::kNotFound);
  EXPECT_FALSE(called);
  EXPECT_TRUE(remove("missing"));
  EXPECT_TRUE(remove("missing/deeper"));
}

TEST_P(ObjectStoreConformance, RemovesOnlyWhatItIsTold) {
  for (const std::string key : {"a", "ab", "b/a", "b/ab", "b/a.b"}) ASSERT_TRUE(put(key, key));
  ASSERT_TRUE(remove("b/a"));
  EXPECT_EQ(keys("", 10), (std::vector<std::string>{"a", "ab", "b/a.b", "b/ab"}));
  ASSERT_TRUE(remove("b/a"));
  EXPECT_EQ(code_of(head("b/a")), Errc::kNotFound);
}

TEST_P(ObjectStoreConformance, ListsInTheOrderOfBytes) {
  // A folder's name sorts as if it ended in "/", before "0" and after "." and "-".
  const std::vector<std::string> sorted = {
      "a!",   "a-b",      "a.b", "a/b",  "a/b-c", "a/b.c/d", "a/c",   "a/c0", "a0",   "aB",
      "ab/c", "ab/c/d-e", "b",   "b0/a", "é",     "日/1",    "日/10", "日/2", "日本", "😀"};
  std::vector<std::string> put_order = sorted;
  std::erase(put_order, "ab/c");  // it is a folder of another one
  std::vector<std::string> expected = put_order;
  ASSERT_TRUE(std::ranges::is_sorted(expected));
  std::ranges::reverse(put_order);
  for (const std::string& key : put_order) ASSERT_TRUE(put(key, key)) << key;

  for (const std::size_t limit : {1u, 2u, 3u, 7u, 18u, 19u, 20u, 1'000u}) {
    EXPECT_EQ(keys("", limit), expected) << limit;
  }
  for (const std::string prefix :
       {"a", "a/", "a/b", "a/b.c/", "a0", "b", "日", "日/1", "c", "a!!", "a/b.c/d", "a/b.c/d/"}) {
    std::vector<std::string> below;
    std::ranges::copy_if(expected, std::back_inserter(below),
                         [&](const std::string& key) { return key.starts_with(prefix); });
    EXPECT_EQ(keys(prefix, 1), below) << prefix;
    EXPECT_EQ(keys(prefix, 1'000), below) << prefix;
  }
}

TEST_P(ObjectStoreConformance, ListsWhatHeadSays) {
  const auto stored = put("listed/object", "content");
  ASSERT_TRUE(stored);
  const auto page = run(store().list("listed/", "", 10));
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_EQ(page->objects.size(), 1u);
  EXPECT_EQ(page->objects[0].key, "listed/object");
  EXPECT_EQ(page->objects[0].bytes, 7u);
  EXPECT_EQ(page->objects[0].generation, stored->generation);
  EXPECT_EQ(page->next, "");
}

TEST_P(ObjectStoreConformance, AListingGoesOnBehindARemovedObject) {
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(put("n/" + std::to_string(i), "x"));
  auto page = run(store().list("n/", "", 4));
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_EQ(page->objects.size(), 4u);
  for (const ObjectInfo& info : page->objects) ASSERT_TRUE(remove(info.key));
  page = run(store().list("n/", page->next, 100));
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_EQ(page->objects.size(), 5u);
  EXPECT_EQ(page->objects.front().key, "n/4");
}

TEST_P(ObjectStoreConformance, KeepsKeysOfOddCharacters) {
  const std::string odd[] = {
      "with space/and  two",
      "percent%20sign/%2F/%",
      "plus+plus/a+b",
      "tilde~/~user",
      "ünïcödé/日本語/😀",
      "quote\"s/'single'",
      "amp&ersand/<tag>",
      "question?mark/hash#tag",
      "semi;colon/comma,",
      "equals=/at@/colon:",
      "brackets[]/{braces}/(p)",
      "back\\slash/^caret`",
      "dollar$/star*/bang!",
      "...",
      ".hidden/.file",
      "trailing./dot.",
      "pipe|/a|b",
      " leading and trailing ",
  };
  std::set<std::string> all;
  for (const std::string& key : odd) {
    const auto stored = put(key, "content of " + key, IfAbsent{});
    ASSERT_TRUE(stored) << key << ": " << stored.error().message;
    EXPECT_EQ(stored->key, key);
    all.insert(key);
  }
  for (const std::string& key : odd) {
    EXPECT_EQ(content(key), "content of " + key) << key;
    const auto info = head(key);
    ASSERT_TRUE(info) << key << ": " << info.error().message;
    EXPECT_EQ(keys(key, 10), std::vector<std::string>{key});
  }
  EXPECT_EQ(keys("", 5), std::vector<std::string>(all.begin(), all.end()));
  for (const std::string& key : odd) {
    ASSERT_TRUE(remove(key)) << key;
    EXPECT_EQ(content(key), "not_found") << key;
  }
}

TEST_P(ObjectStoreConformance, KeepsTheLongestKey) {
  std::string longest = "k";
  while (longest.size() + 2 <= limits::kObjectKeyBytesMax) longest += "/k";
  longest.resize(limits::kObjectKeyBytesMax, 'k');
  ASSERT_TRUE(put(longest, "content"));
  EXPECT_EQ(content(longest), "content");
  EXPECT_EQ(keys("k/", 10), std::vector<std::string>{longest});
}

TEST_P(ObjectStoreConformance, RefusesInvalidKeysAndPages) {
  const std::string invalid[] = {"",
                                 "/",
                                 "/a",
                                 "a/",
                                 "a//b",
                                 "a/../b",
                                 "..",
                                 "../a",
                                 ".",
                                 "a/.",
                                 "a\nb",
                                 "\xff",
                                 "a\x7f",
                                 std::string("a\0b", 3),
                                 std::string(901, 'a')};
  for (const std::string& key : invalid) {
    EXPECT_EQ(code_of(put(key, "content")), Errc::kInvalid) << key;
    StringSource source("content");
    EXPECT_EQ(code_of(put_stream(key, source)), Errc::kInvalid) << key;
    EXPECT_EQ(code_of(get(key)), Errc::kInvalid) << key;
    EXPECT_EQ(code_of(head(key)), Errc::kInvalid) << key;
    EXPECT_EQ(code_of(remove(key)), Errc::kInvalid) << key;
    const ByteSink sink = [](std::string_view) -> Result<void> { return {}; };
    EXPECT_EQ(code_of(run(store().read(key, {}, sink))), Errc::kInvalid) << key;
  }
  for (const std::string prefix : {"/", "a//", "../", "\xff", "a\n"}) {
    EXPECT_EQ(code_of(run(store().list(prefix, "", 10))), Errc::kInvalid) << prefix;
  }
  EXPECT_EQ(code_of(run(store().list("", "", 0))), Errc::kInvalid);
  EXPECT_EQ(code_of(run(store().list("", "", limits::kListPageObjectsMax + 1))), Errc::kInvalid);
  EXPECT_EQ(keys("", 10), std::vector<std::string>{});
}

TEST_P(ObjectStoreConformance, StreamsLargeContents) {
  const std::string large = noise((20u << 20) + 12'345, 7);
  StringSource source(large);
  const auto stored = put_stream("large", source, IfAbsent{});
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->bytes, large.size());

  std::uint32_t crc = 0;
  std::uint64_t bytes = 0;
  const ByteSink sink = [&](std::string_view part) -> Result<void> {
    crc = crc32c(part, crc);
    bytes += part.size();
    return {};
  };
  const auto read = run(store().read("large", {}, sink));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->generation, stored->generation);
  EXPECT_EQ(bytes, large.size());
  EXPECT_EQ(crc, crc32c(large));
  EXPECT_EQ(content("large", {.offset = 9u << 20, .bytes = 1'000}), large.substr(9u << 20, 1'000));
  EXPECT_EQ(content("large", {.offset = large.size() - 5, .bytes = 1'000}),
            large.substr(large.size() - 5));
}

TEST_P(ObjectStoreConformance, ReadsARangeInParts) {
  const std::string large = noise(3u << 20, 8);
  ASSERT_TRUE(put("large", large));
  std::string got;
  const ByteSink sink = [&](std::string_view part) -> Result<void> {
    got += part;
    return {};
  };
  ASSERT_TRUE(run(store().read("large", {.offset = 12'345, .bytes = 2u << 20}, sink)));
  EXPECT_EQ(got, large.substr(12'345, 2u << 20));
}

TEST_P(ObjectStoreConformance, ASinkEndsTheTransfer) {
  const std::string large = noise(3u << 20, 9);
  ASSERT_TRUE(put("large", large));
  const ByteSink full = [](std::string_view) -> Result<void> {
    return Error{Errc::kLimit, "full", {}};
  };
  EXPECT_EQ(code_of(run(store().read("large", {}, full))), Errc::kLimit);
  EXPECT_EQ(content("large").size(), large.size());
}

/// A content that does not keep its promise.
class BadSource final : public ByteSource {
 public:
  enum class Kind { kFails, kTooShort, kTooLong };
  explicit BadSource(Kind kind, std::uint64_t promised) : kind_(kind), promised_(promised) {}

  std::uint64_t bytes() const override { return promised_; }
  Result<void> rewind() override {
    given_ = 0;
    return {};
  }
  Result<std::string> read(std::size_t bytes_max) override {
    const std::uint64_t end = kind_ == Kind::kTooLong ? promised_ + 1 : promised_ / 2;
    if (given_ >= end && kind_ == Kind::kFails) return Error{Errc::kBudget, "broken source", {}};
    std::string part(static_cast<std::size_t>(std::min<std::uint64_t>(bytes_max, end - given_)),
                     's');
    given_ += part.size();
    return part;
  }

 private:
  const Kind kind_;
  const std::uint64_t promised_;
  std::uint64_t given_ = 0;
};

TEST_P(ObjectStoreConformance, AnObjectIsThereWholeOrNotAtAll) {
  for (const std::uint64_t bytes : {std::uint64_t{1'000}, std::uint64_t{18} << 20}) {
    BadSource fails(BadSource::Kind::kFails, bytes);
    EXPECT_EQ(code_of(put_stream("partial", fails)), Errc::kBudget) << bytes;
    BadSource short_one(BadSource::Kind::kTooShort, bytes);
    EXPECT_EQ(code_of(put_stream("partial", short_one)), Errc::kInvalid) << bytes;
    BadSource long_one(BadSource::Kind::kTooLong, bytes);
    EXPECT_EQ(code_of(put_stream("partial", long_one)), Errc::kInvalid) << bytes;
    EXPECT_EQ(code_of(head("partial")), Errc::kNotFound) << bytes;
  }
  EXPECT_EQ(keys("", 10), std::vector<std::string>{});

  ASSERT_TRUE(put("kept", "whole"));
  BadSource fails(BadSource::Kind::kFails, 18u << 20);
  EXPECT_EQ(code_of(put_stream("kept", fails)), Errc::kBudget);
  EXPECT_EQ(content("kept"), "whole");
}

awaitable<Result<std::string>> write_in_turn(ObjectStore& store, std::string first,
                                             std::string last) {
  for (int i = 0; i < 3; ++i) CO_TRY_VOID(co_await store.put("swapped", first, Always{}));
  CO_TRY_VOID(co_await store.put("swapped", last, Always{}));
  co_return last;
}

awaitable<Result<std::string>> read_content(ObjectStore& store, std::string key) {
  CO_TRY(ObjectStore::Object object, co_await store.get(std::move(key), {}, 1u << 20));
  co_return std::move(object.content);
}

TEST_P(ObjectStoreConformance, ReadersSeeOneVersionOrTheOther) {
  const std::string versions[] = {std::string(300'000, 'a'), std::string(200'000, 'b')};
  ASSERT_TRUE(put("swapped", versions[0]));
  std::vector<awaitable<Result<std::string>>> stories;
  stories.push_back(write_in_turn(store(), versions[0], versions[1]));
  for (int i = 0; i < 12; ++i) stories.push_back(read_content(store(), "swapped"));
  for (const auto& read : run_all(std::move(stories))) {
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_TRUE(*read == versions[0] || *read == versions[1]);
  }
  EXPECT_EQ(content("swapped"), versions[1]);
}

TEST_P(ObjectStoreConformance, TakesManyPutsAtOnce) {
  std::vector<awaitable<Result<ObjectInfo>>> puts;
  std::vector<std::string> expected;
  for (int i = 10; i < 42; ++i) {
    const std::string key = "many/" + std::to_string(i % 4) + "/" + std::to_string(i);
    expected.push_back(key);
    puts.push_back(store().put(key, "content of " + key, IfAbsent{}));
  }
  for (const auto& result : run_all(std::move(puts))) {
    EXPECT_TRUE(result) << result.error().message;
  }
  std::ranges::sort(expected);
  EXPECT_EQ(keys("many/", 5), expected);
  for (const std::string& key : expected) EXPECT_EQ(content(key), "content of " + key);
}

awaitable<Result<std::string>> come_and_go(ObjectStore& store, std::string key) {
  for (int i = 0; i < 8; ++i) {
    CO_TRY_VOID(co_await store.put(key, "content", IfAbsent{}));
    CO_TRY_VOID(co_await store.head(key));
    CO_TRY_VOID(co_await store.remove(key));
  }
  co_return key;
}

TEST_P(ObjectStoreConformance, PutsAndRemovalsInOneFolderDoNotDisturbEachOther) {
  const bool keeps_folder = !GetParam().empties_folders;
  if (keeps_folder) ASSERT_TRUE(put("shared/f/stays", "content"));
  std::vector<awaitable<Result<std::string>>> stories;
  for (int i = 0; i < 8; ++i) {
    stories.push_back(come_and_go(store(), "shared/f/" + std::to_string(i)));
  }
  for (const auto& result : run_all(std::move(stories))) {
    EXPECT_TRUE(result) << result.error().message;
  }
  if (keeps_folder) ASSERT_TRUE(remove("shared/f/stays"));
  EXPECT_EQ(keys("", 10), std::vector<std::string>{});
}

TEST_P(ObjectStoreConformance, SeesDamagedBytes) {
  ASSERT_TRUE(put("damaged", noise(100'000, 3)));
  if (!backend_->damage("damaged")) GTEST_SKIP() << "the store's bytes cannot be reached";
  EXPECT_EQ(code_of(get("damaged")), Errc::kInternal);
  const ByteSink sink = [](std::string_view) -> Result<void> { return {}; };
  EXPECT_EQ(code_of(run(store().read("damaged", {}, sink))), Errc::kInternal);
  ASSERT_TRUE(put("damaged", "mended"));
  EXPECT_EQ(content("damaged"), "mended");
}

TEST_P(ObjectStoreConformance, DescribesItself) { EXPECT_FALSE(store().description().empty()); }

}  // namespace
}  // namespace coditect::objects
