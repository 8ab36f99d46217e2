#include "storage/journal/disk.h"

#include "base/check.h"

namespace coditect::journal {

Result<void> write_fully(File& file, std::string_view bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    TRY(const std::size_t written, file.write(bytes, offset));
    check(written > 0 && written <= bytes.size());
    bytes.remove_prefix(written);
    offset += written;
  }
  return {};
}

}  // namespace coditect::journal
