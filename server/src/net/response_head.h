#pragma once

#include <cstddef>
#include <string>

#include "net/http.h"

namespace coditect::net {

/// How the reader of an answer finds its end.
enum class Framing {
  kLength,      ///< Content-Length
  kChunked,     ///< Transfer-Encoding: chunked
  kUntilClose,  ///< the connection ends with the answer (HTTP/1.0)
  kNone,        ///< the status forbids a body: 204, 304
};

enum class AfterAnswer { kKeepAlive, kClose };

struct ResponseHead {
  int status = 200;
  Framing framing = Framing::kLength;
  std::size_t content_length = 0;
  AfterAnswer after = AfterAnswer::kKeepAlive;
};

/// True for the statuses whose answers have no body: 1xx, 204, 304.
bool forbids_body(int status);

/// The bytes from the status line to the empty line. Content-Length, Transfer-Encoding and
/// Connection are the server's: those in `headers` are left out. A control character in a value
/// becomes a space, and a header whose name is not a token is left out, so that no value can start
/// a header of its own.
std::string to_bytes(const ResponseHead& head, const Headers& headers);

}  // namespace coditect::net
