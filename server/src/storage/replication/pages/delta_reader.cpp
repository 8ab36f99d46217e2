#include "storage/replication/pages/delta_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace coditect::replication {
namespace {

template <class Number>
Number read(std::string_view bytes) {
  Number number;
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

}  // namespace

DeltaReader::DeltaReader(Visitor visitor) : visitor_(std::move(visitor)) {}

Result<void> DeltaReader::feed(std::string_view part) {
  if (failed_) return *failed_;
  Result<void> fed = feed_pieces(part);
  if (!fed) failed_ = fed.error();
  return fed;
}

Result<DeltaHead> DeltaReader::finish() {
  if (failed_) return *failed_;
  if (complete_) return *head_;
  failed_ = internal("the delta of pages ends at byte " + std::to_string(offset_ + piece_.size()) +
                     ", before its end");
  return *failed_;
}

std::size_t DeltaReader::piece_bytes() const {
  if (!head_) return kDeltaHeadBytes;
  return pages_ < head_->pages ? kPageNumberBytes + head_->page_size : kDeltaTrailerBytes;
}

Result<void> DeltaReader::feed_pieces(std::string_view part) {
  while (!part.empty()) {
    if (complete_) {
      return internal("bytes follow the delta of pages at byte " + std::to_string(offset_));
    }
    const std::size_t wanted = piece_bytes();
    // Whole pieces are read where they lie.
    if (piece_.empty() && part.size() >= wanted) {
      TRY_VOID(take(part.substr(0, wanted)));
      part.remove_prefix(wanted);
      continue;
    }
    const std::size_t more = std::min(wanted - piece_.size(), part.size());
    piece_ += part.substr(0, more);
    part.remove_prefix(more);
    if (piece_.size() < wanted) return {};
    TRY_VOID(take(piece_));
    piece_.clear();
  }
  return {};
}

Result<void> DeltaReader::take(std::string_view piece) {
  if (!head_) {
    TRY(head_, parse_head(piece));
    checksum_.begin(head_checksum(piece));
    TRY_VOID(visitor_.head(*head_));
  } else if (pages_ < head_->pages) {
    TRY_VOID(take_page(piece));
  } else {
    if (read<std::uint64_t>(piece) != checksum_.value()) {
      return internal("the pages of a delta are damaged: their checksum at byte " +
                      std::to_string(offset_) + " is another one");
    }
    complete_ = true;
  }
  offset_ += piece.size();
  return {};
}

Result<void> DeltaReader::take_page(std::string_view piece) {
  const auto number = read<std::uint32_t>(piece);
  if (number <= last_number_ || number > head_->page_count) {
    return internal("page " + std::to_string(number) + " after page " +
                    std::to_string(last_number_) + " at byte " + std::to_string(offset_) +
                    " of a delta of " + std::to_string(head_->page_count) + " pages");
  }
  checksum_.add(piece);
  last_number_ = number;
  ++pages_;
  return visitor_.page(number, piece.substr(kPageNumberBytes));
}

}  // namespace coditect::replication
