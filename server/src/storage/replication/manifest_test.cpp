#include "storage/replication/manifest.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/random.h"
#include "base/sha256.h"

namespace coditect::replication {
namespace {

const std::string kHash(64, 'a');

Manifest sound() {
  Manifest manifest;
  manifest.workspace = WorkspaceId("w_1");
  manifest.epoch = 3;
  manifest.owner = Manifest::Owner{"n_a", 7};
  manifest.meta = {{"id", "w_1"}, {"name", "demo"}};
  manifest.segments = {{1, 200, 1, 8'123, kHash}, {201, 201, 3, 90, kHash}};
  manifest.head_hash = kHash;
  manifest.logs = {{"n_b", 2, 5}, {"n_a", 7, 12}};
  manifest.databases["sessions"] = {"k/sessions/1.snapshot", 200, 0xfedcba9876543210u, 40'960};
  manifest.project = Manifest::ProjectTree{kHash, 180};
  return manifest;
}

TEST(Manifest, HasOneText) {
  Manifest empty;
  empty.workspace = WorkspaceId("w_1");
  empty.epoch = 1;
  EXPECT_EQ(to_text(empty),
            R"({"version":1,"workspace":"w_1","epoch":1,"owner":null,"meta":{},"segments":[],)"
            R"("head_hash":"","logs":[],"databases":{},"project":null})"
            "\n");
  for (const Manifest& manifest : {empty, sound()}) {
    const auto read = parse_manifest(to_text(manifest));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, manifest);
  }
}

Manifest random_manifest(Random& random) {
  Manifest manifest;
  manifest.workspace = WorkspaceId(random.id("w_"));
  manifest.epoch = 1 + random.below(1'000);
  if (random.below(2) == 0) {
    manifest.owner = Manifest::Owner{random.id("n_"), 1 + random.below(99)};
  }
  manifest.meta["name"] = random.id("\n\"");
  for (std::uint64_t i = random.below(5); i > 0; --i) {
    const Sequence first = manifest.archived() + 1;
    manifest.segments.push_back({first, first + random.below(1'000),
                                 1 + random.below(manifest.epoch), random.next() >> 1,
                                 sha256_hex(random.id(""))});
    manifest.head_hash = sha256_hex(random.id(""));
  }
  for (std::uint64_t i = random.below(4); i > 0; --i) {
    manifest.logs.push_back({random.id("n_"), 1 + random.below(9), 1 + random.below(999)});
  }
  for (std::uint64_t i = random.below(4); i > 0; --i) {
    manifest.databases[random.id("")] = {random.id("key/"), random.below(999), random.next(),
                                         random.below(999)};
  }
  if (random.below(2) == 0) {
    manifest.project = Manifest::ProjectTree{sha256_hex(random.id("")), random.below(999)};
  }
  return manifest;
}

RC_GTEST_PROP(Manifest, ReadsBackWhatItWrites, (std::uint64_t seed)) {
  SeededRandom random(seed);
  const Manifest manifest = random_manifest(random);
  RC_ASSERT(check_manifest(manifest).ok());
  const auto read = parse_manifest(to_text(manifest));
  RC_ASSERT(read.ok());
  RC_ASSERT(*read == manifest);
}

RC_GTEST_PROP(Manifest, RefusesAnyOtherText, (std::uint64_t seed)) {
  SeededRandom random(seed);
  const std::string text = to_text(random_manifest(random));
  std::string changed = text;
  const std::size_t place = random.below(text.size());
  if (random.below(2) == 0) {
    changed.resize(place);
  } else {
    changed.insert(place, 1, static_cast<char>(random.below(256)));
  }
  const auto read = parse_manifest(changed);
  // A byte more in a name or a number may be another manifest, but never the same one.
  RC_ASSERT((!read.ok() || to_text(*read) == changed));
}

TEST(Manifest, RefusesWhatBreaksAnInvariant) {
  struct Case {
    const char* name;
    std::function<void(Manifest&)> change;
  };
  const Case cases[] = {
      {"no id", [](Manifest& m) { m.workspace = WorkspaceId(""); }},
      {"an id that is a path", [](Manifest& m) { m.workspace = WorkspaceId("a/b"); }},
      {"no epoch", [](Manifest& m) { m.epoch = 0; }},
      {"an owner without a name", [](Manifest& m) { m.owner->node.clear(); }},
      {"an owner without an epoch", [](Manifest& m) { m.owner->node_epoch = 0; }},
      {"a gap before the first event", [](Manifest& m) { m.segments[0].first = 2; }},
      {"a gap", [](Manifest& m) { m.segments[1].first = m.segments[1].last = 203; }},
      {"an overlap", [](Manifest& m) { m.segments[1].first = 200; }},
      {"a segment that ends before it begins", [](Manifest& m) { m.segments[1].last = 200; }},
      {"a segment of the future", [](Manifest& m) { m.segments[1].epoch = 4; }},
      {"a segment without a hash", [](Manifest& m) { m.segments[0].sha256 = "beef"; }},
      {"no head", [](Manifest& m) { m.head_hash.clear(); }},
      {"a head without segments", [](Manifest& m) { m.segments.clear(); }},
      {"a log twice", [](Manifest& m) { m.logs[1] = {"n_b", 2, 9}; }},
      {"a log without a node", [](Manifest& m) { m.logs[0].node = "../x"; }},
      {"bundle 0", [](Manifest& m) { m.logs[0].bundle = 0; }},
      {"a snapshot without a key", [](Manifest& m) { m.databases["sessions"].key.clear(); }},
      {"a database that is a path", [](Manifest& m) { m.databases["a/b"] = {"k", 1, 1, 1}; }},
      {"a tree without a hash", [](Manifest& m) { m.project->tree = "x"; }},
      {"a number beyond JSON's", [](Manifest& m) { m.segments[0].content_bytes = UINT64_MAX; }},
  };
  ASSERT_TRUE(check_manifest(sound()));
  for (const Case& each : cases) {
    Manifest manifest = sound();
    each.change(manifest);
    EXPECT_EQ(check_manifest(manifest).error().code, Errc::kInvalid) << each.name;
    const auto read = parse_manifest(to_text(manifest));
    ASSERT_FALSE(read) << each.name;
    EXPECT_EQ(read.error().code, Errc::kInternal) << each.name;
    EXPECT_FALSE(read.error().hint.empty()) << each.name;
  }
}

TEST(Manifest, RefusesWhatIsNoManifest) {
  const std::string text = to_text(sound());
  std::string newer = text;
  newer.replace(newer.find(":1,"), 3, ":2,");
  std::string stranger = text;
  stranger.insert(1, "\"more\":1,");
  for (const std::string& bad : {std::string(), std::string("{}"), std::string("[]\n"),
                                 text.substr(0, text.size() - 1), text + "\n", newer, stranger}) {
    EXPECT_EQ(parse_manifest(bad).error().code, Errc::kInternal) << bad;
  }
}

TEST(Keys, SortAndReadBack) {
  const LogPlace place{"n_a", 7, 12};
  EXPECT_EQ(bundle_key(place), "nodes/n_a/0000000007/log/000000000012.bundle");
  EXPECT_EQ(parse_bundle_key(bundle_key(place)), place);
  EXPECT_LT(bundle_key({"n_a", 7, 9}), bundle_key({"n_a", 7, 10}));
  EXPECT_LT(segment_key("f", 9, 9, 1), segment_key("f", 10, 10, 1));
  for (const char* bad :
       {"nodes/n_a/lease.json", "nodes/n_a/workspaces/w_1", "nodes/n_a/7/log/12.bundle",
        "nodes/n_a/0000000007/log/000000000012.bundle.tmp", "nodes//log/1.bundle",
        "nodes/n_a/0000000007/log/00000000001x.bundle", "nodes/log/.bundle", ""}) {
    EXPECT_EQ(parse_bundle_key(bad), std::nullopt) << bad;
  }
}

TEST(Keys, NamesAreOneComponent) {
  for (const char* good : {"n_a", "w_1", "A-z.9"}) EXPECT_TRUE(is_key_name(good)) << good;
  for (const char* bad : {"", ".", "..", ".x", "a/b", "a b", "\xc3\xa4", "a\n"}) {
    EXPECT_FALSE(is_key_name(bad)) << bad;
  }
  EXPECT_FALSE(is_key_name(std::string(65, 'a')));
}

}  // namespace
}  // namespace coditect::replication
