#include "storage/objects/byte_sources.h"

#include <algorithm>
#include <fcntl.h>

#include "base/storage_limits.h"

namespace coditect::objects {

Result<void> StringSource::rewind() {
  read_ = 0;
  return {};
}

Result<std::string> StringSource::read(std::size_t bytes_max) {
  std::string part(content_.substr(read_, bytes_max));
  read_ += part.size();
  return part;
}

Result<FileSource> FileSource::open(const std::filesystem::path& path) {
  TRY(FileDescriptor file, open_file(path, O_RDONLY));
  TRY(const std::uint64_t bytes, file_size(file.get()));
  return FileSource(std::move(file), bytes);
}

Result<void> FileSource::rewind() {
  read_ = 0;
  return {};
}

Result<std::string> FileSource::read(std::size_t bytes_max) {
  std::string part(static_cast<std::size_t>(std::min<std::uint64_t>(bytes_max, bytes_ - read_)),
                   '\0');
  TRY(const std::size_t count, read_at(file_.get(), part, read_));
  if (count < part.size()) return wrong_length(*this, read_ + count);
  read_ += count;
  return part;
}

Error wrong_length(const ByteSource& source, std::uint64_t given) {
  return invalid("a content of " + std::to_string(source.bytes()) + " bytes was promised, " +
                 std::to_string(given) + (given < source.bytes() ? "" : " or more") +
                 " were given: it changed while it was read");
}

Result<std::string> read_all(ByteSource& source) {
  TRY_VOID(source.rewind());
  std::string content;
  for (;;) {
    TRY(const std::string part, source.read(limits::kObjectPartBytes));
    if (part.empty()) break;
    content += part;
    if (content.size() > source.bytes()) return wrong_length(source, content.size());
  }
  if (content.size() < source.bytes()) return wrong_length(source, content.size());
  return content;
}

}  // namespace coditect::objects
