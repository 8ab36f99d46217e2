#pragma once

#include <memory>
#include <string>

#include "providers/model_answer.h"
#include "providers/model_request.h"
#include "providers/provider_error.h"
#include "providers/stream_listener.h"
#include "providers/wire/http_message.h"
#include "providers/wire/retry_policy.h"
#include "providers/wire/sse_parser.h"

namespace coditect::providers {

/// Puts one answer together from the events of its stream. Pure: no I/O, no clock.
///
/// Threads:    one at a time.
/// Invariants: what comes out does not depend on how the stream was cut into pieces.
/// Errors:     after one that take() returns, only billed() and resume_token() may be called.
class AnswerDecoder {
 public:
  virtual ~AnswerDecoder() = default;

  /// Takes the next event and tells `listener` what it adds. Unknown events are ignored.
  virtual ProviderResult<void> take(const SseEvent& event, StreamListener& listener) = 0;
  /// The stream said that it is complete; nothing after it matters.
  virtual bool complete() const = 0;
  /// The answer, once the stream is complete or has ended. Kind::kNetwork where it ended before
  /// its end.
  virtual ProviderResult<ModelAnswer> finish() = 0;
  /// What has been billed so far: a lower bound until the stream is complete.
  virtual std::vector<BilledRequest> billed() const = 0;

  /// The vendor stopped this stream midway and expects a further request with resume_token().
  virtual bool continues() const { return false; }
  /// With which a further request goes on where this stream stopped; "" where none can.
  virtual std::string resume_token() const { return {}; }
  /// A further stream of the same answer begins: forgets what came after the token was given and
  /// tells `listener` nothing.
  virtual void resume() {}
  /// Tells `listener` the whole answer so far, after everything it heard became void.
  virtual void replay(StreamListener& listener) const { static_cast<void>(listener); }
};

/// How one vendor speaks: everything about it that needs no socket.
///
/// Threads: any; const.
class Dialect {
 public:
  virtual ~Dialect() = default;

  virtual ProviderKind kind() const = 0;
  /// The header that carries the key.
  virtual Header authorization(const std::string& api_key) const = 0;
  /// The streaming request; `resume_token` is "" or a decoder's.
  virtual HttpPost build(const ModelRequest& request, const std::string& resume_token) const = 0;
  virtual std::unique_ptr<AnswerDecoder> decoder(const ModelRequest& request) const = 0;
  virtual ProviderError decode_error(const HttpFailure& failure) const = 0;
  virtual RetryPolicy retry_policy() const { return {}; }
};

}  // namespace coditect::providers
