#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cerrno>
#include <optional>

#include "base/random.h"
#include "storage/archive/archive_reader.h"
#include "storage/archive/archive_test_support.h"
#include "storage/archive/segment_files.h"
#include "storage/archive/verify.h"

namespace coditect::archive {
namespace {

/// The machine's calls, some of which fail as a full or broken disk makes them fail.
class FaultyFiles final : public FileCalls {
 public:
  struct Faults {
    std::optional<std::uint64_t> write_bytes;  ///< so much more is written, then `write_error`
    int write_error = ENOSPC;
    std::optional<int> truncate_error;  ///< of remove(), too
    std::optional<int> sync_error;
    std::optional<int> sync_folder_error;
  };

  Result<void> write(const std::filesystem::path& file, std::string_view bytes,
                     std::uint64_t offset) override {
    if (!faults.write_bytes || bytes.size() <= *faults.write_bytes) {
      if (faults.write_bytes) *faults.write_bytes -= bytes.size();
      return machine_->write(file, bytes, offset);
    }
    TRY_VOID(machine_->write(file, bytes.substr(0, *faults.write_bytes), offset));
    faults.write_bytes = 0;
    return system_error("write", faults.write_error);
  }
  Result<void> truncate(const std::filesystem::path& file, std::uint64_t bytes) override {
    if (faults.truncate_error) return system_error("truncate", *faults.truncate_error);
    return machine_->truncate(file, bytes);
  }
  Result<void> remove(const std::filesystem::path& file) override {
    if (faults.truncate_error) return system_error("remove", *faults.truncate_error);
    return machine_->remove(file);
  }
  Result<void> sync(const std::filesystem::path& file) override {
    if (faults.sync_error) return system_error("fdatasync", *faults.sync_error);
    return machine_->sync(file);
  }
  Result<void> sync_folder(const std::filesystem::path& folder) override {
    if (faults.sync_folder_error) return system_error("fsync", *faults.sync_folder_error);
    return machine_->sync_folder(folder);
  }

  Faults faults;

 private:
  const std::shared_ptr<FileCalls> machine_ = machine_file_calls();
};

std::vector<std::string> lines_of(const std::filesystem::path& folder) {
  std::vector<std::string> all;
  const auto read =
      ArchiveReader(folder).read(1, [&](std::string_view line, Sequence) -> Result<bool> {
        all.emplace_back(line);
        return true;
      });
  EXPECT_TRUE(read) << read.error().message;
  return all;
}

class ArchiveFaultTest : public ::testing::Test {
 protected:
  Archive open() {
    auto archive = Archive::open(folder(), {.segment_bytes = 2000, .files = files_});
    EXPECT_TRUE(archive) << archive.error().message;
    return *std::move(archive);
  }
  std::filesystem::path folder() const { return temporary_.path() / "sessions"; }
  std::vector<std::string> lines() const { return lines_of(folder()); }
  /// The log is whole: every line, and nothing after the last.
  void expect_whole(const std::vector<std::string>& expected) {
    EXPECT_EQ(lines(), expected);
    const auto report = verify(folder());
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->ok());
    EXPECT_EQ(report->events, expected.size());
  }

  TemporaryFolder temporary_;
  std::shared_ptr<FaultyFiles> files_ = std::make_shared<FaultyFiles>();
};

TEST_F(ArchiveFaultTest, AWriteThatFailsLeavesWholeLinesAndCanBeTriedAgain) {
  const std::vector<std::string> all = next_lines({}, 30, std::string(100, 'x'));
  const auto third = static_cast<std::uint64_t>(all[3].size());
  struct Case {
    const char* name;
    std::uint64_t write_bytes;
    int error;
    const char* says;
    const char* hint;
  };
  const Case cases[] = {
      {"full at once", 0, ENOSPC, "No space left", "Free space"},
      {"full after a byte", 1, ENOSPC, "No space left", "Free space"},
      {"full before a newline", third, ENOSPC, "No space left", "Free space"},
      {"full in a later segment", 4000, ENOSPC, "No space left", "Free space"},
      {"over the quota", 500, EDQUOT, "quota", "quota"},
      {"broken", 500, EIO, "Input/output error", "disk"},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.name);
    std::filesystem::remove_all(folder());
    Archive archive = open();
    ASSERT_TRUE(archive.append(std::span(all).first(3)));
    files_->faults.write_bytes = each.write_bytes;
    files_->faults.write_error = each.error;
    const auto failed = archive.append(std::span(all).subspan(3));
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, Errc::kUnavailable);
    EXPECT_NE(failed.error().message.find(each.says), std::string::npos) << failed.error().message;
    EXPECT_NE(failed.error().message.find(".jsonl"), std::string::npos) << failed.error().message;
    EXPECT_NE(failed.error().hint.find(each.hint), std::string::npos) << failed.error().hint;
    const std::size_t kept = archive.head().seq;
    EXPECT_GE(kept, 3u);
    EXPECT_LT(kept, all.size());
    expect_whole({all.begin(), all.begin() + static_cast<long>(kept)});
    EXPECT_TRUE(archive.sync());
    // The disk has room again: the same archive goes on, and so does one that is opened anew.
    files_->faults = {};
    ASSERT_TRUE(archive.append(std::span(all).subspan(kept, 1)));
    Archive again = open();
    EXPECT_EQ(again.dropped_bytes(), 0u);
    EXPECT_EQ(again.head(), archive.head());
    ASSERT_TRUE(again.append(std::span(all).subspan(kept + 1)));
    expect_whole(all);
  }
}

TEST_F(ArchiveFaultTest, HalfALineThatCannotBeTakenBackIsDroppedWhenReopened) {
  const std::vector<std::string> all = next_lines({}, 6, std::string(100, 'x'));
  Archive archive = open();
  ASSERT_TRUE(archive.append(std::span(all).first(3)));
  files_->faults.write_bytes = 20;
  files_->faults.write_error = EIO;
  files_->faults.truncate_error = EIO;
  const auto failed = archive.append(std::span(all).subspan(3));
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().hint.find("restart"), std::string::npos) << failed.error().hint;
  files_->faults = {};
  // What the file holds is not known: nothing is written behind it.
  const auto later = archive.append(std::span(all).subspan(3));
  ASSERT_FALSE(later);
  EXPECT_EQ(later.error().message, failed.error().message);
  EXPECT_FALSE(archive.sync());
  EXPECT_EQ(lines(), std::vector(all.begin(), all.begin() + 3));
  Archive again = open();
  EXPECT_EQ(again.dropped_bytes(), 20u);
  ASSERT_TRUE(again.append(std::span(all).subspan(3)));
  expect_whole(all);
}

TEST_F(ArchiveFaultTest, AFailedSyncEndsTheArchiveUntilItIsReopened) {
  const std::vector<std::string> all = next_lines({}, 6);
  FaultyFiles::Faults file;
  file.sync_error = EIO;
  FaultyFiles::Faults full;
  full.sync_error = ENOSPC;
  FaultyFiles::Faults name;
  name.sync_folder_error = EIO;
  for (const FaultyFiles::Faults& faults : {file, full, name}) {
    std::filesystem::remove_all(folder());
    Archive archive = open();
    ASSERT_TRUE(archive.append(std::span(all).first(4)));
    files_->faults = faults;
    const auto failed = archive.sync();
    ASSERT_FALSE(failed);
    EXPECT_NE(failed.error().message.find(segment_name(1)), std::string::npos)
        << failed.error().message;
    EXPECT_NE(failed.error().hint.find("restart"), std::string::npos) << failed.error().hint;
    files_->faults = {};
    // A second fdatasync would succeed although the bytes are gone.
    EXPECT_FALSE(archive.sync());
    EXPECT_FALSE(archive.append(std::span(all).subspan(4)));
    Archive again = open();
    EXPECT_EQ(again.head().seq, 4u);
    ASSERT_TRUE(again.append(std::span(all).subspan(4)));
    ASSERT_TRUE(again.sync());
    expect_whole(all);
  }
}

TEST_F(ArchiveFaultTest, ASegmentIsNotBegunBeforeTheOneBeforeIsDurable) {
  const std::vector<std::string> all = next_lines({}, 30, std::string(100, 'x'));
  Archive archive = open();
  ASSERT_TRUE(archive.append(std::span(all).first(3)));
  files_->faults.sync_error = EIO;
  ASSERT_FALSE(archive.append(std::span(all).subspan(3)));
  const auto segments = list_segments(folder());
  ASSERT_TRUE(segments);
  EXPECT_EQ(segments->size(), 1u);
  const std::size_t kept = lines().size();
  EXPECT_EQ(archive.head().seq, kept);
  files_->faults = {};
  Archive again = open();
  ASSERT_TRUE(again.append(std::span(all).subspan(kept)));
  expect_whole(all);
}

TEST_F(ArchiveFaultTest, AFolderThatTakesNoFileFailsWithoutALine) {
  Archive archive = open();
  // The segment's name is taken by a folder: opening the file fails before anything is written.
  std::filesystem::create_directory(folder() / segment_name(1));
  const auto failed = archive.append(next_lines({}, 2));
  ASSERT_FALSE(failed);
  EXPECT_EQ(archive.head().seq, 0u);
}

RC_GTEST_PROP(ArchiveFaults, WhateverFailsTheLogStaysWholeAndGoesOn, (std::uint64_t seed)) {
  SeededRandom random(seed);
  const TemporaryFolder temporary;
  const auto folder = temporary.path() / "sessions";
  const auto files = std::make_shared<FaultyFiles>();
  std::vector<std::string> sent;
  Sequence synced = 0;
  for (int life = 0; life < 4; ++life) {
    files->faults = {};
    auto archive =
        Archive::open(folder, {.segment_bytes = 500 + random.below(4000), .files = files});
    RC_ASSERT(archive.ok());
    RC_ASSERT(archive->head().seq >= synced);
    RC_ASSERT(archive->head().seq <= sent.size());
    sent.resize(archive->head().seq);
    RC_ASSERT(lines_of(folder) == sent);
    for (std::uint64_t step = random.below(12); step > 0; --step) {
      if (random.below(3) == 0) files->faults.write_bytes = random.below(2000);
      if (random.below(10) == 0) files->faults.truncate_error = EIO;
      if (random.below(10) == 0) files->faults.sync_error = EIO;
      const auto lines =
          next_lines(archive->head(), random.below(6), std::string(random.below(700), 'x'));
      sent.resize(archive->head().seq);
      sent.insert(sent.end(), lines.begin(), lines.end());
      const bool appended = archive->append(lines).ok();
      RC_ASSERT(archive->head().seq <= sent.size());
      if (appended) RC_ASSERT(archive->head().seq == sent.size());
      RC_ASSERT(archive->head().hash ==
                (archive->head().seq == 0 ? kZeroHash : sha256_hex(sent[archive->head().seq - 1])));
      // Lines that could not be taken back may be there when the archive is opened again.
      if (!appended && files->faults.truncate_error) break;
      if (archive->sync()) synced = archive->head().seq;
      if (random.below(2) == 0) files->faults = {};
    }
  }
  files->faults = {};
  RC_ASSERT(Archive::open(folder).ok());
  const auto report = verify(folder);
  RC_ASSERT(report.ok());
  RC_ASSERT(report->ok());
  RC_ASSERT(report->events >= synced);
}

}  // namespace
}  // namespace coditect::archive
