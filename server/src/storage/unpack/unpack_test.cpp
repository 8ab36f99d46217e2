#include "storage/unpack/unpack.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include "storage/unpack/unpack_test_support.h"

namespace coditect::unpack {
namespace {

namespace fs = std::filesystem;

/// Incompressible, and the same each time.
std::string noise(std::size_t bytes) {
  std::string made(bytes, '\0');
  std::uint32_t state = 12345;
  for (char& c : made) {
    state = state * 1664525 + 1013904223;
    c = static_cast<char>(state >> 24);
  }
  return made;
}

class UnpackTest : public ::testing::Test {
 protected:
  UnpackTest() : root_(::testing::TempDir() + "unpack-XXXXXX") {
    EXPECT_NE(::mkdtemp(root_.data()), nullptr);
    renew();
  }
  ~UnpackTest() override { fs::remove_all(root_); }

  fs::path root() const { return root_; }
  fs::path project() const { return root() / "home" / "projects"; }
  fs::path archive_file() const { return root() / "archive"; }
  void renew() const {
    fs::remove_all(root() / "home");
    fs::create_directories(project());
  }
  Result<Unpacked> unpack_file(const Limits& limits = {}, const std::stop_token& stop = {}) const {
    renew();
    auto file = open_file(archive_file(), O_RDONLY);
    check(file.ok(), "the archive of a test");
    return unpack(file->get(), project(), limits, stop);
  }
  Result<Unpacked> unpack_as(const std::string& format, const std::vector<Packed>& entries,
                             const Limits& limits = {}) const {
    pack(archive_file(), format, entries);
    return unpack_file(limits);
  }
  std::string text_of(const std::string& path) const { return *read_file(project() / path); }
  mode_t mode_of(const std::string& path) const {
    struct stat status{};
    EXPECT_EQ(::lstat((project() / path).c_str(), &status), 0) << path;
    return status.st_mode & 07777;
  }

  std::string root_;
};

constexpr const char* kFormats[] = {"zip", "tar", "tar.gz", "tar.zst"};

TEST_F(UnpackTest, KeepsBytesModesAndLinksInEveryFormat) {
  const std::string large = noise(300'000);
  for (const std::string format : kFormats) {
    SCOPED_TRACE(format);
    const auto unpacked = unpack_as(format, {{"README.md", "# words\n"},
                                             {"bin/run", "#!/bin/sh\n", AE_IFREG, 0755},
                                             {"private", "p", AE_IFREG, 0600},
                                             {"src/deep/large", large},
                                             {"Gr\u00fc\u00dfe.txt", "hallo"},
                                             folder("empty"),
                                             link("bin/again", "run"),
                                             link("docs", "src/deep"),
                                             link("src/up", "../README.md"),
                                             link("broken", "nothing/here")});
    ASSERT_TRUE(unpacked) << unpacked.error().message;
    EXPECT_EQ(unpacked->format, format);
    EXPECT_EQ(unpacked->files, 9u);
    EXPECT_EQ(unpacked->bytes, 8 + 10 + 1 + large.size() + 5);
    EXPECT_EQ(unpacked->top, "");
    EXPECT_EQ(unpacked->left_out_count, 0u);
    EXPECT_EQ(text_of("README.md"), "# words\n");
    EXPECT_EQ(text_of("docs/large"), large);
    EXPECT_EQ(text_of("Gr\u00fc\u00dfe.txt"), "hallo");
    EXPECT_EQ(text_of("src/up"), "# words\n");
    EXPECT_EQ(mode_of("README.md"), 0644u);
    EXPECT_EQ(mode_of("bin/run"), 0755u);
    EXPECT_EQ(mode_of("private"), 0600u);
    EXPECT_TRUE(fs::is_directory(project() / "empty"));
    EXPECT_EQ(fs::read_symlink(project() / "bin/again"), "run");
    EXPECT_EQ(fs::read_symlink(project() / "broken"), "nothing/here");
    EXPECT_EQ(std::distance(fs::directory_iterator(root() / "home"), {}), 1) << "scratch is gone";
  }
}

TEST_F(UnpackTest, TakesASingleTopFolderOff) {
  const struct {
    const char* name;
    std::vector<Packed> entries;
    const char* top;
    const char* file;
  } cases[] = {
      {"of a hosting site", {folder("words-1.0"), {"words-1.0/a", "x"}}, "words-1.0", "a"},
      {"that is only in paths", {{"words/src/a", "x"}}, "words", "src/a"},
      {"that holds one of its name", {{"words/words/a", "x"}}, "words", "words/a"},
      {"beside what macOS adds", {{"words/a", "x"}, {"__MACOSX/words/._a", "m"}}, "words", "a"},
      {"with links in it", {{"w/a", "x"}, link("w/b", "a"), link("w/c/d", "../a")}, "w", "b"},
      {"and a file beside it", {{"src/a", "x"}, {"README", "r"}}, "", "src/a"},
      {"and a link beside it", {{"src/a", "x"}, link("b", "src/a")}, "", "b"},
      {"that is a project's own", {{".github/a", "x"}}, "", ".github/a"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto unpacked = unpack_as("tar", c.entries);
    ASSERT_TRUE(unpacked) << unpacked.error().message;
    EXPECT_EQ(unpacked->top, c.top);
    EXPECT_EQ(text_of(c.file), "x");
  }
}

TEST_F(UnpackTest, RefusesAHostileEntryByNameAndWritesNothingElsewhere) {
  const struct {
    const char* name;
    std::vector<Packed> entries;
    const char* why;
  } cases[] = {
      {"a path upwards", {{"../out", "x"}}, "leads out"},
      {"a path upwards inside", {{"a/../../out", "x"}}, "leads out"},
      {"an absolute path", {{"/out/there", "x"}}, "absolute"},
      {"a link upwards", {{"a", "x"}, link("l", "../out")}, "leads out"},
      {"an absolute link", {{"a", "x"}, link("l", "/etc/passwd")}, "leads out"},
      {"a link that is above once the top is off", {{"t/a", "x"}, link("t/l", "../t/a")}, "'t/l'"},
      {"a link by way of another",
       {{"a/b/c", "x"}, link("s", "a/b/.."), link("a/b/l", "..")},
       "'s'"},
      {"a file through a link", {{"d/a", "x"}, link("l", "d"), {"l/b", "y"}}, "no folder"},
      {"a link in place of a folder", {{"d/a", "x"}, link("d", "..")}, "different things"},
      {"a folder in place of a link", {link("d", "."), folder("d")}, "different things"},
      {"a file below a file", {{"a", "x"}, {"a/b", "y"}}, "no folder"},
      {"a device", {{"a", "x"}, {"null", "", AE_IFCHR, 0666}}, "a device"},
      {"a pipe", {{"a", "x"}, {"pipe", "", AE_IFIFO, 0666}}, "a pipe"},
      {"a hard link upwards", {{"a", "x"}, {"h", "", AE_IFREG, 0644, "", "../a"}}, "leads out"},
      {"a hard link to nothing", {{"a", "x"}, {"h", "", AE_IFREG, 0644, "", "b"}}, "no file"},
      {"a hard link to a link",
       {{"a", "x"}, link("l", "a"), {"h", "", AE_IFREG, 0644, "", "l"}},
       "no file"},
      {"a file that is the project", {{".", "x"}}, "itself"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto unpacked = unpack_as("tar", c.entries);
    ASSERT_FALSE(unpacked);
    EXPECT_EQ(unpacked.error().code, Errc::kInvalid);
    EXPECT_NE(unpacked.error().message.find(c.why), std::string::npos) << unpacked.error().message;
    EXPECT_FALSE(fs::exists(root() / "out"));
    EXPECT_FALSE(fs::exists(root() / "home" / "out"));
  }
}

TEST_F(UnpackTest, MakesHarmlessWhatCanBe) {
  const auto unpacked =
      unpack_as("tar", {{"suid", "x", AE_IFREG, 06777},
                        folder("shared", 01777),
                        {"locked", "x", AE_IFREG, 0},
                        folder("closed", 0),
                        {"closed/a", "x"},
                        {"hard", "", AE_IFREG, 0644, "", "suid"},
                        {".git/HEAD", "ref: refs/heads/main\n"},
                        {".git/hooks/post-checkout", "#!/bin/sh\necho owned\n", AE_IFREG, 0755},
                        {".git/config", "[core]\n\tbare = false\n\tfsmonitor = sh\n"},
                        {"sub/.git", "gitdir: ../payload\n"}});
  ASSERT_TRUE(unpacked) << unpacked.error().message;
  EXPECT_EQ(mode_of("suid"), 0755u);
  EXPECT_EQ(mode_of("shared"), 0755u);
  EXPECT_EQ(mode_of("locked"), 0600u);
  EXPECT_EQ(text_of("closed/a"), "x");
  EXPECT_EQ(text_of("hard"), "x");
  EXPECT_EQ(fs::hard_link_count(project() / "hard"), 1u) << "a copy of its own";
  EXPECT_EQ(text_of(".git/HEAD"), "ref: refs/heads/main\n");
  EXPECT_EQ(text_of(".git/config"), "[core]\n\tbare = false\n");
  EXPECT_FALSE(fs::exists(project() / ".git/hooks"));
  EXPECT_FALSE(fs::exists(project() / "sub"));
  ASSERT_EQ(unpacked->left_out_count, 2u);
  EXPECT_EQ(unpacked->left_out[0].path, ".git/hooks/post-checkout");
  EXPECT_EQ(unpacked->left_out[1].path, "sub/.git");
}

TEST_F(UnpackTest, NamesTheFirstOfWhatIsLeftOutAndCountsAll) {
  std::vector<Packed> entries{{"a", "x"}};
  for (int i = 0; i < 30; ++i) entries.push_back({".git/hooks/h" + std::to_string(i), "x"});
  const auto unpacked = unpack_as("tar", entries);
  ASSERT_TRUE(unpacked) << unpacked.error().message;
  EXPECT_EQ(unpacked->left_out.size(), kLeftOutShownMax);
  EXPECT_EQ(unpacked->left_out_count, 30u);
}

TEST_F(UnpackTest, ALaterEntryTakesThePlaceOfAnEarlierOne) {
  const auto unpacked = unpack_as(
      "tar",
      {{"a", "old and long"}, {"b", "", AE_IFREG, 0644, "", "a"}, {"a", "new", AE_IFREG, 0755}});
  ASSERT_TRUE(unpacked) << unpacked.error().message;
  EXPECT_EQ(text_of("a"), "new");
  EXPECT_EQ(mode_of("a"), 0755u);
  EXPECT_EQ(text_of("b"), "old and long");
}

TEST_F(UnpackTest, StopsAtEachLimit) {
  const std::string large = noise(1000);
  const struct {
    const char* name;
    std::vector<Packed> entries;
    Limits limits;
    const char* why;
  } cases[] = {
      {"entries", {{"a", "x"}, {"b", "x"}, {"c", "x"}}, {.entries_max = 2}, "2 entries"},
      {"folders that are only in paths", {{"a/b/c/d", "x"}}, {.entries_max = 3}, "entries"},
      {"the same entry again and again",
       {{"a", "x"}, {"a", "x"}, {"a", "x"}},
       {.entries_max = 2},
       "entries"},
      {"bytes of one file", {{"a", large}}, {.bytes_max = 999}, "of files"},
      {"bytes of all", {{"a", large}, {"b", large}}, {.bytes_max = 1999}, "of files"},
      {"bytes of copies",
       {{"a", large}, {"b", "", AE_IFREG, 0644, "", "a"}},
       {.bytes_max = 1999},
       "of files"},
      {"bytes of what is left out",
       {{".git/hooks/a", large}, {".git/hooks/b", large}, {"a", "x"}},
       {.bytes_max = 1999},
       "of files"},
      {"the ratio", {{"a", std::string(1 << 20, '\0')}}, {.ratio_free_bytes = 1000}, "its size"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto unpacked = unpack_as("tar.gz", c.entries, c.limits);
    ASSERT_FALSE(unpacked);
    EXPECT_EQ(unpacked.error().code, Errc::kLimit);
    EXPECT_NE(unpacked.error().message.find(c.why), std::string::npos) << unpacked.error().message;
    EXPECT_FALSE(unpacked.error().hint.empty());
  }
  const Limits exact{.bytes_max = 2000, .entries_max = 2};
  EXPECT_TRUE(unpack_as("tar.gz", {{"a", large}, {"b", large}}, exact));
}

TEST_F(UnpackTest, ABombIsOverBeforeTheDiskHoldsIt) {
  const Limits limits{.ratio_max = 100, .ratio_free_bytes = 1 << 18};
  for (const char* format : {"zip", "tar.gz", "tar.zst"}) {
    SCOPED_TRACE(format);
    const auto unpacked = unpack_as(format, {{"zeros", std::string(8 << 20, '\0')}}, limits);
    ASSERT_FALSE(unpacked);
    EXPECT_EQ(unpacked.error().code, Errc::kLimit);
    std::uint64_t written = 0;
    for (const auto& each : fs::recursive_directory_iterator(root() / "home")) {
      if (each.is_regular_file()) written += each.file_size();
    }
    EXPECT_LE(written, limits.ratio_free_bytes + 100 * fs::file_size(archive_file()) + (1 << 18));
  }
}

TEST_F(UnpackTest, RefusesWhatIsNoArchiveOrADamagedOne) {
  const std::vector<Packed> entries{{"a", noise(100'000)}, {"b", noise(100'000)}};
  const auto refused = [&](const std::string& bytes) {
    EXPECT_TRUE(write_file_atomically(archive_file(), bytes));
    const auto unpacked = unpack_file();
    EXPECT_FALSE(unpacked);
    if (unpacked) return;
    EXPECT_EQ(unpacked.error().code, Errc::kInvalid);
    EXPECT_FALSE(unpacked.error().hint.empty()) << unpacked.error().message;
  };
  for (const std::string bytes : {"", "hello", "PK\x03\x04", "\x1f\x8b", "Rar!\x1a\x07\x01"}) {
    SCOPED_TRACE(bytes);
    refused(bytes);
  }
  for (const std::string format : kFormats) {
    SCOPED_TRACE(format);
    pack(archive_file(), format, entries);
    const std::string whole = *read_file(archive_file());
    for (const std::size_t part : {10u, 3u, 2u}) refused(whole.substr(0, whole.size() / part));
    if (format == "tar" || format == "tar.zst") continue;  // written without checksums of contents
    std::string changed = whole;
    for (std::size_t at = whole.size() / 2; at < whole.size() / 2 + 64; ++at) changed[at] ^= 0x55;
    refused(changed);
  }
  pack(archive_file(), "tar", {});
  refused(*read_file(archive_file()));
}

TEST_F(UnpackTest, StopsWhenItIsAskedTo) {
  pack(archive_file(), "tar", {{"a", "x"}});
  std::stop_source stop;
  stop.request_stop();
  const auto unpacked = unpack_file({}, stop.get_token());
  ASSERT_FALSE(unpacked);
  EXPECT_EQ(unpacked.error().code, Errc::kCancelled);
}

}  // namespace
}  // namespace coditect::unpack
