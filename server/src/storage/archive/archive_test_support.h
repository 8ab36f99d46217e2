#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <stdlib.h>
#include <string>
#include <vector>

#include "base/event.h"
#include "base/posix_file.h"
#include "storage/archive/archive.h"

namespace coditect::archive {

/// A folder of its own that is removed with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder() : path_(::testing::TempDir() + "archive-XXXXXX") {
    EXPECT_NE(::mkdtemp(path_.data()), nullptr);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }

  std::filesystem::path path() const { return path_; }

 private:
  std::string path_;
};

/// The event after `head`, whose data holds `text`.
inline std::string next_line(const Head& head, const std::string& text = "hello") {
  Event event;
  event.seq = head.seq + 1;
  event.type = "agent_message";
  event.actor = "user:ada";
  event.data["text"] = text;
  event.prev = head.hash;
  return to_line(event);
}

/// `count` events that follow `head`.
inline std::vector<std::string> next_lines(Head head, std::size_t count,
                                           const std::string& text = "hello") {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < count; ++i) {
    lines.push_back(next_line(head, text));
    head = {head.seq + 1, sha256_hex(lines.back())};
  }
  return lines;
}

inline void overwrite(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace coditect::archive
