#pragma once

#include <boost/system/error_code.hpp>

#include <expected>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace coditect::net_client {

/// Why an exchange came to no end. What a server answers, whatever its status, is no error here.
struct HttpError {
  enum class Kind {
    kConnect,    ///< nobody could be reached: look-up, TCP, handshake
    kProxy,      ///< the proxy refuses the tunnel
    kTls,        ///< the certificate does not hold
    kTimeout,    ///< silence for longer than HttpTimes allows
    kCut,        ///< the connection ended before the answer did
    kMalformed,  ///< an answer that breaks the protocol or is larger than allowed
    kCancelled,  ///< the caller gave up
    kBody,       ///< the request's own BodySource failed or gave the wrong number of bytes
  };

  Kind kind = Kind::kConnect;
  std::string message;
};

/// The HttpError that `error` means at `stage` ("write", "read").
HttpError network_error(std::string_view stage, const boost::system::error_code& error);

/// A value or an HttpError. Works with TRY and CO_TRY.
template <class T>
class [[nodiscard]] HttpResult : public std::expected<T, HttpError> {
 public:
  HttpResult()
    requires std::is_void_v<T>
  = default;
  HttpResult(HttpError error) : std::expected<T, HttpError>(std::unexpected(std::move(error))) {}
  template <class U = T>
    requires(!std::is_void_v<T> && std::is_convertible_v<U, T> &&
             !std::is_same_v<std::remove_cvref_t<U>, HttpError> &&
             !std::is_same_v<std::remove_cvref_t<U>, HttpResult>)
  HttpResult(U&& value) : std::expected<T, HttpError>(std::forward<U>(value)) {}
};

}  // namespace coditect::net_client
