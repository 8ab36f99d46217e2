#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "net/http.h"
#include "providers/simulator/conversation.h"
#include "providers/simulator/rate_meter.h"
#include "providers/simulator/reply.h"

namespace coditect::simulator {

/// A refusal, before it is put in a vendor's words.
struct Refusal {
  int status = 400;
  std::string message;
  std::string type;  ///< the vendor's word for what is wrong; "" for the status's usual one
  std::optional<std::chrono::milliseconds> retry_after;
  std::string id;           ///< random; names the request
  std::string detail = {};  ///< Anthropic: the details' error_code; "" for none
};

/// How one vendor's API reads and writes on the wire. Pure: no clock, no randomness, no I/O.
///
/// Threads: any.
class Dialect {
 public:
  virtual ~Dialect() = default;

  /// True when the request carries this vendor's key header with anything in it.
  virtual bool has_key(const net::RequestHead& head) const = 0;
  /// Errc::kInvalid for what the vendor answers with 400. `path_model` is the model that the path
  /// names, where this vendor's paths do.
  virtual Result<Prompt> read(const net::RequestHead& head, const json::object& body,
                              const std::string& path_model) const = 0;
  /// The answer as one JSON document.
  virtual json::object whole(const Reply& reply) const = 0;
  /// The answer as a stream; at least two frames, so that it can break off between them.
  virtual std::vector<Frame> stream(const Reply& reply) const = 0;
  /// What ends a stream after its first `sent` frames because something went wrong.
  virtual std::vector<Frame> stream_error(const Reply& reply, const Refusal& refusal,
                                          std::size_t sent) const = 0;
  virtual net::Response refuse(const Refusal& refusal) const = 0;
  /// What goes with every answer that is no refusal: the request's id.
  virtual net::Headers headers(const std::string& id) const = 0;
  /// What says how much the limits leave; nothing where the vendor does not say it.
  virtual net::Headers rate_headers(const Allowances& left, Time now) const = 0;
  virtual json::object token_count(std::int64_t tokens) const = 0;
  /// The models that are known by name; any other is simulated as well.
  virtual json::array models() const = 0;
  /// The same as the vendor's list.
  virtual json::object model_list() const = 0;
};

const Dialect& dialect_of(Vendor vendor);

/// The key in "Authorization: Bearer KEY"; "" where there is none.
std::string bearer_key(const net::RequestHead& head);
/// Adds Retry-After (whole seconds, rounded up) and retry-after-ms.
void add_retry_headers(const Refusal& refusal, net::Headers& headers);
/// The text of `content`: a string, or a list of parts with a "text" member; null is "".
/// Errc::kInvalid for any other shape. Parts of other kinds (images) are skipped.
Result<std::string> text_of(const json::value* content);
/// The member, or nothing; unlike object.if_contains it says "nothing" for null too.
const json::value* member(const json::object& object, std::string_view key);

}  // namespace coditect::simulator
