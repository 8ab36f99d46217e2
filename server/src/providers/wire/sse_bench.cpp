#include <benchmark/benchmark.h>

#include "providers/anthropic/dialect.h"
#include "providers/wire/sse_parser.h"

namespace coditect::providers {
namespace {

/// A stream as Anthropic sends it: many small deltas.
std::string long_stream() {
  std::string stream =
      "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\"}}\n\n"
      "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,"
      "\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n";
  for (int i = 0; i < 5000; ++i) {
    stream +=
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"
        "\"delta\":{\"type\":\"text_delta\",\"text\":\" a few words\"}}\n\n";
  }
  return stream + "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
}

void BM_ParseEvents(benchmark::State& state) {
  const std::string stream = long_stream();
  const auto piece = static_cast<std::size_t>(state.range(0));
  std::vector<SseEvent> events;
  for (auto _ : state) {
    SseParser parser;
    events.clear();
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      benchmark::DoNotOptimize(parser.feed(std::string_view(stream).substr(at, piece), events));
    }
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(stream.size()));
}
BENCHMARK(BM_ParseEvents)->Arg(100)->Arg(1500)->Arg(16384);

class Deaf final : public StreamListener {
 public:
  void on_text(std::string_view) override {}
  void on_tool_call(std::string_view, std::string_view) override {}
  void on_retry(const Retry&) override {}
};

void BM_DecodeAnswer(benchmark::State& state) {
  const std::string stream = long_stream();
  const AnthropicDialect dialect;
  const ModelRequest request{.model = "m"};
  Deaf listener;
  for (auto _ : state) {
    SseParser parser;
    std::vector<SseEvent> events;
    benchmark::DoNotOptimize(parser.feed(stream, events));
    const auto decoder = dialect.decoder(request);
    for (const SseEvent& event : events) {
      benchmark::DoNotOptimize(decoder->take(event, listener).has_value());
    }
    benchmark::DoNotOptimize(decoder->finish().has_value());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(stream.size()));
}
BENCHMARK(BM_DecodeAnswer);

}  // namespace
}  // namespace coditect::providers
