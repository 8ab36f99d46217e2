#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "storage/replication/pages/delta_checksum.h"
#include "storage/replication/pages/delta_reader.h"
#include "storage/replication/pages/page_state.h"

// Whatever bytes a delta has, and in whatever parts they come, reading it neither crashes nor reads
// outside, gives only pages that the head allows, and gives the same answer for other parts.
namespace coditect::replication {
namespace {

struct Seen {
  bool sound = false;
  std::uint32_t pages = 0;
  std::uint64_t bytes = 0;
  bool operator==(const Seen&) const = default;
};

Seen read(std::string_view input, std::size_t part_bytes) {
  Seen seen;
  DeltaHead promised;
  std::uint32_t last = 0;
  DeltaReader reader({.head = [&](const DeltaHead& head) -> Result<void> {
                        check(check_head(head).ok());
                        promised = head;
                        return {};
                      },
                      .page = [&](std::uint32_t number, std::string_view page) -> Result<void> {
                        check(number > last && number <= promised.page_count);
                        check(page.size() == promised.page_size);
                        last = number;
                        ++seen.pages;
                        seen.bytes += page.size();
                        return {};
                      }});
  while (!input.empty()) {
    const std::size_t size = std::min(part_bytes, input.size());
    if (!reader.feed(input.substr(0, size))) break;
    input.remove_prefix(size);
  }
  const auto result = reader.finish();
  seen.sound = result.ok();
  check(!seen.sound || seen.pages == promised.pages);
  return seen;
}

void read_any(std::string_view input, std::size_t part_bytes) {
  check(read(input, part_bytes) == read(input, std::max<std::size_t>(input.size(), 1)));
}

// Few inputs have a good checksum: give this one good ones, so that what is behind them is read.
std::string with_checksums(std::string_view input) {
  std::string bytes = encode_head({.page_size = 512,
                                   .page_count = 7,
                                   .pages = 3,
                                   .applied_before = 1,
                                   .applied_after = 2,
                                   .checksum_before = 3,
                                   .checksum_after = 4});
  const std::uint64_t seed = head_checksum(bytes);
  bytes += input;
  bytes.resize(kDeltaHeadBytes + 3 * (kPageNumberBytes + 512));
  // The numbers of pages are the input's, but small, so that some are in order.
  for (int i = 0; i < 3; ++i) {
    const std::size_t at = kDeltaHeadBytes + static_cast<std::size_t>(i) * (kPageNumberBytes + 512);
    bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) % 9);
    bytes[at + 1] = bytes[at + 2] = bytes[at + 3] = 0;
  }
  DeltaChecksum checksum;
  checksum.begin(seed);
  checksum.add(std::string_view(bytes).substr(kDeltaHeadBytes));
  const std::uint64_t value = checksum.value();
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  return bytes;
}

}  // namespace
}  // namespace coditect::replication

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace coditect::replication;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t part_bytes = size == 0 ? 1 : std::size_t{data[0]} + 1;
  read_any(input, part_bytes);
  read_any(with_checksums(input), part_bytes);
  if (const auto state = parse_page_state(input); state) {
    coditect::check(encode_page_state(*state) == input);
  }
  return 0;
}
