#pragma once

#include <cstdint>
#include <string_view>

namespace coditect::objects {

/// CRC-32C (Castagnoli; RFC 3720, appendix B.4) of what `crc` is the checksum of, followed by
/// `bytes`. Uses the processor's instruction where it has one.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc = 0);

/// The same by tables: for processors without the instruction, and to test it against.
std::uint32_t crc32c_by_tables(std::string_view bytes, std::uint32_t crc = 0);

}  // namespace coditect::objects
