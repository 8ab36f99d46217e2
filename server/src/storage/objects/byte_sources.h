#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/posix_file.h"
#include "storage/objects/object_store.h"

namespace coditect::objects {

/// A content in memory.
///
/// Threads:  one at a time.
/// Lifetime: what `content` views outlives it.
class StringSource final : public ByteSource {
 public:
  explicit StringSource(std::string_view content) : content_(content) {}

  std::uint64_t bytes() const override { return content_.size(); }
  Result<void> rewind() override;
  Result<std::string> read(std::size_t bytes_max) override;

 private:
  const std::string_view content_;
  std::size_t read_ = 0;
};

/// A file's content, of the size that it has when it is opened. Reading blocks.
///
/// Threads: one at a time.
/// Errors:  Errc::kInvalid once the file turns out to be shorter than it was.
class FileSource final : public ByteSource {
 public:
  static Result<FileSource> open(const std::filesystem::path& path);

  std::uint64_t bytes() const override { return bytes_; }
  Result<void> rewind() override;
  Result<std::string> read(std::size_t bytes_max) override;

 private:
  FileSource(FileDescriptor file, std::uint64_t bytes) : file_(std::move(file)), bytes_(bytes) {}

  FileDescriptor file_;
  std::uint64_t bytes_;
  std::uint64_t read_ = 0;
};

/// What a store says about a source that gave `given` bytes when it had promised source.bytes().
Error wrong_length(const ByteSource& source, std::uint64_t given);

/// Everything that `source` gives, from its start. Errc::kInvalid when that is not bytes() bytes.
Result<std::string> read_all(ByteSource& source);

}  // namespace coditect::objects
