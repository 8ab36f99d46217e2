#include "storage/replication/pages/delta_writer.h"

#include <utility>

#include "base/check.h"

namespace coditect::replication {
namespace {

// Large enough that a sink's cost per part does not count.
constexpr std::size_t kPartBytes = 256u << 10;

template <class Number>
void append(std::string& out, Number number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

}  // namespace

DeltaWriter::DeltaWriter(const DeltaHead& head, PartSink sink)
    : head_(head), sink_(std::move(sink)), buffer_(encode_head(head)) {
  checksum_.begin(head_checksum(buffer_));
  buffer_.reserve(kPartBytes + kPageNumberBytes + head.page_size);
}

Result<void> DeltaWriter::add(std::uint32_t number, std::string_view page) {
  check(page.size() == head_.page_size && number > last_number_ && number <= head_.page_count);
  check(pages_ < head_.pages, "more pages than the head promises");
  last_number_ = number;
  ++pages_;
  const std::size_t begin = buffer_.size();
  append(buffer_, number);
  buffer_ += page;
  checksum_.add(std::string_view(buffer_).substr(begin));
  return buffer_.size() < kPartBytes ? Result<void>() : flush();
}

Result<void> DeltaWriter::finish() {
  check(pages_ == head_.pages, "fewer pages than the head promises");
  append(buffer_, checksum_.value());
  return flush();
}

Result<void> DeltaWriter::flush() {
  TRY_VOID(sink_(buffer_));
  buffer_.clear();
  return {};
}

}  // namespace coditect::replication
