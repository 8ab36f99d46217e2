// Whatever bytes come, however they are cut: the parser gives the same events, and no decoder
// crashes on them.
#include <cstdint>

#include "base/check.h"
#include "providers/anthropic/dialect.h"
#include "providers/gemini/dialect.h"
#include "providers/moonshot/dialect.h"
#include "providers/openai/dialect.h"

namespace coditect::providers {
namespace {

constexpr std::size_t kEventBytesMax = 4096;

class Deaf final : public StreamListener {
 public:
  void on_text(std::string_view) override {}
  void on_tool_call(std::string_view, std::string_view) override {}
  void on_retry(const Retry&) override {}
};

void decode(const Dialect& dialect, const std::vector<SseEvent>& events) {
  Deaf listener;
  const ModelRequest request{.model = "model"};
  const auto decoder = dialect.decoder(request);
  for (const SseEvent& event : events) {
    if (!decoder->take(event, listener)) return;
    if (decoder->continues()) decoder->resume();
  }
  decoder->replay(listener);
  const auto answer = decoder->finish();
  if (!answer) return;
  // What a model says must fit into the next request.
  ModelRequest next{.model = "model"};
  next.turns = {answer->turn};
  check(!dialect.build(next, "").body.empty());
}

void run(std::string_view bytes) {
  if (bytes.empty()) return;
  const std::size_t cut = static_cast<unsigned char>(bytes.front()) % bytes.size();
  bytes.remove_prefix(1);
  SseParser whole(kEventBytesMax);
  std::vector<SseEvent> expected;
  const bool fits = whole.feed(bytes, expected).ok();
  SseParser halves(kEventBytesMax);
  std::vector<SseEvent> events;
  const bool first = halves.feed(bytes.substr(0, cut), events).ok();
  const bool second = halves.feed(bytes.substr(cut), events).ok();
  check(fits == (first && second));
  whole.finish(expected);
  halves.finish(events);
  check(events == expected);
  decode(AnthropicDialect(), events);
  decode(GeminiDialect(), events);
  decode(OpenAiDialect(), events);
  decode(MoonshotDialect(ProviderKind::kMoonshot), events);
  decode(MoonshotDialect(ProviderKind::kOpenAiCompatible), events);
}

}  // namespace
}  // namespace coditect::providers

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  coditect::providers::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
