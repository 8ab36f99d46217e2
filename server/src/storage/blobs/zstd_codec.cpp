#include "storage/blobs/zstd_codec.h"

#include <zstd.h>

#include <algorithm>

#include "base/check.h"

namespace coditect::blobs {
namespace {

/// Fast enough not to be felt at a save, and most of what higher levels gain on source text.
constexpr int kLevel = 3;

struct FreeDecoder {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

struct FreeEncoder {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

/// As much room as the content needs that a frame's first bytes announce: most are small, and to
/// clear a large buffer for each takes longer than to read them.
std::size_t output_bytes(std::string_view frame) {
  const std::size_t enough = ZSTD_DStreamOutSize();
  const unsigned long long announced = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (announced == ZSTD_CONTENTSIZE_UNKNOWN || announced == ZSTD_CONTENTSIZE_ERROR) return enough;
  return std::clamp<std::size_t>(announced, 1, enough);
}

}  // namespace

struct Compressor::Context {
  std::unique_ptr<ZSTD_CCtx, FreeEncoder> encoder{ZSTD_createCCtx()};
  std::string output = std::string(ZSTD_CStreamOutSize(), '\0');
};

Compressor::Compressor() : context_(std::make_unique<Context>()) {
  check(context_->encoder != nullptr);
  check(!ZSTD_isError(
      ZSTD_CCtx_setParameter(context_->encoder.get(), ZSTD_c_compressionLevel, kLevel)));
}

Compressor::Compressor(Compressor&&) noexcept = default;
Compressor& Compressor::operator=(Compressor&&) noexcept = default;
Compressor::~Compressor() = default;

std::string Compressor::compress(std::string_view content) {
  std::string frame(ZSTD_compressBound(content.size()), '\0');
  const std::size_t size = ZSTD_compress2(context_->encoder.get(), frame.data(), frame.size(),
                                          content.data(), content.size());
  check(!ZSTD_isError(size), "a buffer of the bound's size always suffices");
  frame.resize(size);
  return frame;
}

void Compressor::begin() {
  check(!ZSTD_isError(ZSTD_CCtx_reset(context_->encoder.get(), ZSTD_reset_session_only)));
}

Result<void> Compressor::add(std::string_view part, const Sink& compressed) {
  return run(part, ZSTD_e_continue, compressed);
}

Result<void> Compressor::finish(const Sink& compressed) { return run({}, ZSTD_e_end, compressed); }

Result<void> Compressor::run(std::string_view input, int mode, const Sink& compressed) {
  ZSTD_inBuffer in{input.data(), input.size(), 0};
  while (true) {
    ZSTD_outBuffer out{context_->output.data(), context_->output.size(), 0};
    const std::size_t left = ZSTD_compressStream2(context_->encoder.get(), &out, &in,
                                                  static_cast<ZSTD_EndDirective>(mode));
    if (ZSTD_isError(left)) return internal(std::string("zstd: ") + ZSTD_getErrorName(left));
    if (out.pos > 0) TRY_VOID(compressed({context_->output.data(), out.pos}));
    if (mode == ZSTD_e_end ? left == 0 : in.pos == in.size) return {};
  }
}

Result<void> decompress(const Source& source, std::uint64_t bytes_max, const Sink& content) {
  const std::unique_ptr<ZSTD_DCtx, FreeDecoder> decoder(ZSTD_createDCtx());
  check(decoder != nullptr);
  std::string output;
  std::uint64_t given = 0;
  std::size_t hint = 1;
  while (hint != 0) {
    TRY(const std::string_view input, source());
    if (input.empty()) return internal("the compressed content is cut");
    if (output.empty()) output.resize(output_bytes(input));
    ZSTD_inBuffer in{input.data(), input.size(), 0};
    bool output_full = false;
    while (hint != 0 && (in.pos < in.size || output_full)) {
      ZSTD_outBuffer out{output.data(), output.size(), 0};
      hint = ZSTD_decompressStream(decoder.get(), &out, &in);
      if (ZSTD_isError(hint)) {
        return internal(std::string("the compressed content is damaged: ") +
                        ZSTD_getErrorName(hint));
      }
      output_full = out.pos == out.size;
      given += out.pos;
      if (given > bytes_max) {
        return Error{
            Errc::kLimit, "the content is larger than " + std::to_string(bytes_max) + " bytes", {}};
      }
      if (out.pos > 0) TRY_VOID(content({output.data(), out.pos}));
    }
    if (hint == 0 && in.pos != in.size) return internal("bytes follow the compressed content");
  }
  return {};
}

}  // namespace coditect::blobs
