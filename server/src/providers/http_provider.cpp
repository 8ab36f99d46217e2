#include "providers/http_provider.h"

#include "base/check.h"
#include "providers/wire/failure.h"
#include "providers/wire/pause.h"

namespace coditect::providers {

namespace {

using Kind = ProviderError::Kind;

void append(std::vector<BilledRequest>& all, std::vector<BilledRequest> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

bool is_whole(const SseEvent& event) {
  return event.data == "[DONE]" || parse_json(event.data).ok();
}

}  // namespace

HttpProvider::HttpProvider(HttpProviderOptions options, const Clock& clock, Random& random)
    : options_(std::move(options)), clock_(clock), random_(random) {
  check(options_.dialect != nullptr && options_.client != nullptr && options_.gate != nullptr);
}

awaitable<ProviderResult<ModelAnswer>> HttpProvider::call(ModelRequest request,
                                                          StreamListener& listener,
                                                          std::stop_token stop) {
  std::vector<BilledRequest> lost;  // by attempts whose answer is thrown away
  std::unique_ptr<AnswerDecoder> decoder = options_.dialect->decoder(request);
  for (int attempts = 1;; ++attempts) {
    auto answer = co_await attempt(request, *decoder, listener, stop);
    if (answer) {
      append(answer->billed, std::move(lost));
      co_return answer;
    }
    ProviderError error = without_key(std::move(answer).error());
    const auto delay = next_delay(options_.retry, attempts, error, random_.next());
    if (!delay) {
      append(lost, decoder->billed());
      error.billed = std::move(lost);
      co_return error;
    }
    const Retry retry{attempts, *delay, error};
    listener.on_retry(retry);
    listener.on_wait({std::string(to_string(error.kind)) + ", another attempt follows", *delay});
    const PauseEnd ended = co_await pause(*delay, stop);
    listener.on_resume();
    if (ended == PauseEnd::kStopped) {
      append(lost, decoder->billed());
      ProviderError cancelled = provider_error(Kind::kCancelled, "cancelled");
      cancelled.sent = false;
      cancelled.billed = std::move(lost);
      co_return cancelled;
    }
    if (decoder->resume_token().empty()) {
      append(lost, decoder->billed());
      decoder = options_.dialect->decoder(request);
    } else {
      decoder->resume();
      decoder->replay(listener);
    }
  }
}

awaitable<ProviderResult<ModelAnswer>> HttpProvider::attempt(const ModelRequest& request,
                                                             AnswerDecoder& decoder,
                                                             StreamListener& listener,
                                                             std::stop_token stop) {
  for (int hop = 0; hop < limits::kModelHopsMax; ++hop) {
    if (auto streamed = co_await stream(request, decoder, listener, stop); !streamed) {
      co_return streamed.error();
    }
    if (!decoder.continues()) co_return decoder.finish();
    decoder.resume();
    listener.on_continuation();
    // A listener that has not the money for it stops the call.
    if (stop.stop_requested()) {
      ProviderError cancelled = provider_error(Kind::kCancelled, "cancelled");
      cancelled.sent = false;
      co_return cancelled;
    }
  }
  co_return provider_error(Kind::kMalformed, "the answer goes on in too many requests");
}

awaitable<ProviderResult<void>> HttpProvider::stream(const ModelRequest& request,
                                                     AnswerDecoder& decoder,
                                                     StreamListener& listener,
                                                     std::stop_token stop) {
  HttpPost post = options_.dialect->build(request, decoder.resume_token());
  if (post.body.size() > limits::kModelRequestBytesMax) {
    ProviderError large =
        provider_error(Kind::kContextExceeded, "the request is too large to send");
    large.sent = false;
    co_return large;
  }
  const KeyGate::Request request_size{post.body.size(), options_.retry.longest_wait()};
  auto passed = co_await options_.gate->enter(request_size, listener, stop);
  if (!passed) co_return std::move(passed).error();
  KeyGate::Pass pass = *std::move(passed);
  auto streamed = co_await exchange(std::move(post), pass, decoder, listener, stop);
  if (const auto billed = decoder.billed(); !billed.empty()) {
    pass.used(billed.back().usage.input + billed.back().usage.cache_write());
  }
  if (streamed) {
    pass.end(nullptr);
    co_return streamed;
  }
  ProviderError error = without_key(std::move(streamed).error());
  pass.end(&error);
  co_return error;
}

awaitable<ProviderResult<void>> HttpProvider::exchange(HttpPost post, KeyGate::Pass& pass,
                                                       AnswerDecoder& decoder,
                                                       StreamListener& listener,
                                                       std::stop_token stop) {
  post.headers.push_back({"accept", "text/event-stream"});
  if (!options_.api_key.empty()) {
    post.headers.push_back(options_.dialect->authorization(options_.api_key));
  }
  auto response = co_await options_.client->post(std::move(post), stop);
  if (!response) co_return response.error();
  pass.heard((*response)->head());
  if ((*response)->head().status != 200) co_return co_await refusal(**response);
  auto pumped = co_await pump(**response, pass, decoder, listener);
  if (!pumped && pumped.error().request_id.empty()) {
    pumped.error().request_id = request_id((*response)->head().headers);
  }
  co_return pumped;
}

awaitable<ProviderResult<void>> HttpProvider::pump(HttpResponse& response, KeyGate::Pass& pass,
                                                   AnswerDecoder& decoder,
                                                   StreamListener& listener) {
  SseParser parser;
  std::vector<SseEvent> events;
  while (!decoder.complete()) {
    auto bytes = co_await response.read();
    if (!bytes) co_return bytes.error();
    if (bytes->empty()) break;
    events.clear();
    const auto parsed = parser.feed(*bytes, events);
    for (const SseEvent& event : events) {
      if (auto taken = decoder.take(event, listener); !taken) co_return taken;
      if (decoder.complete()) break;
    }
    if (!events.empty()) pass.answers();
    if (!parsed && !decoder.complete()) {
      co_return provider_error(Kind::kMalformed, parsed.error().message);
    }
  }
  // Not every server ends its last event, or streams at all; half an event says nothing.
  events.clear();
  parser.finish(events);
  for (const SseEvent& event : events) {
    if (decoder.complete() || !is_whole(event)) break;
    if (auto taken = decoder.take(event, listener); !taken) co_return taken;
  }
  co_return ProviderResult<void>{};
}

awaitable<ProviderError> HttpProvider::refusal(HttpResponse& response) {
  HttpFailure failure{response.head().status, response.head().headers, {}, clock_.now()};
  while (failure.body.size() < limits::kModelErrorBodyBytesMax) {
    const auto bytes = co_await response.read();
    if (!bytes && bytes.error().kind == Kind::kCancelled) co_return bytes.error();
    if (!bytes || bytes->empty()) break;  // the status says enough where the body breaks off
    failure.body += *bytes;
  }
  failure.body.resize(std::min(failure.body.size(), limits::kModelErrorBodyBytesMax));
  co_return options_.dialect->decode_error(failure);
}

ProviderError HttpProvider::without_key(ProviderError error) const {
  const std::string& key = options_.api_key;
  if (key.empty()) return error;
  for (std::string* text : {&error.message, &error.code, &error.request_id}) {
    for (auto at = text->find(key); at != std::string::npos; at = text->find(key, at)) {
      text->replace(at, key.size(), "[key]");
    }
  }
  return error;
}

}  // namespace coditect::providers
