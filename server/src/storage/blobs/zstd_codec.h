#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace coditect::blobs {

/// Gets a part of a content; an error ends the work and is returned.
using Sink = std::function<Result<void>(std::string_view part)>;

/// Compresses contents into one zstd frame each.
///
/// Threads: one at a time.
class Compressor {
 public:
  Compressor();
  Compressor(Compressor&&) noexcept;
  Compressor& operator=(Compressor&&) noexcept;
  ~Compressor();

  /// The frame of a content that is at hand.
  std::string compress(std::string_view content);

  /// The frame of a content that comes in parts: begin(), add() for each, finish().
  void begin();
  Result<void> add(std::string_view part, const Sink& compressed);
  Result<void> finish(const Sink& compressed);

 private:
  struct Context;
  Result<void> run(std::string_view input, int mode, const Sink& compressed);

  std::unique_ptr<Context> context_;
};

/// Where compressed bytes come from: the next ones, "" at the end.
using Source = std::function<Result<std::string_view>()>;

/// Decompresses one frame. Errc::kInternal when it is damaged or cut, Errc::kLimit as soon as the
/// content exceeds `bytes_max`: a small frame may hold any amount.
Result<void> decompress(const Source& source, std::uint64_t bytes_max, const Sink& content);

}  // namespace coditect::blobs
