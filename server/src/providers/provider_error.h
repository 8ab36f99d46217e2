#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "providers/usage.h"

namespace coditect::providers {

/// What went wrong with a call of a model, as whoever retries or moves to another model needs it.
struct ProviderError {
  enum class Kind {
    kOverloaded,
    kRateLimited,
    kQuota,           ///< money or quota is spent: waiting does not help
    kAuth,            ///< the key is missing, wrong or not allowed this
    kInvalidRequest,  ///< includes an unknown model
    kContextExceeded,
    kContentFilter,
    kServer,
    kNetwork,  ///< refused, reset, or a stream that ends before its end
    kTimeout,
    kMalformed,  ///< an answer that breaks the protocol
    kCancelled,  ///< the caller gave up
  };

  Kind kind = Kind::kServer;
  bool retryable = false;  ///< the same request may succeed later
  int http_status = 0;     ///< 0 where there was no response
  std::string code;        ///< the vendor's own code or type
  std::string message;     ///< never holds the key
  std::string request_id;
  std::optional<std::chrono::milliseconds> retry_after = std::nullopt;  ///< the vendor's wish
  std::vector<BilledRequest> billed = {};  ///< seen before it broke: at least this is billed
  bool sent = true;                        ///< false where no request reached the vendor

  /// Whether more than `billed` may be billed: the model may have been at work, and nobody has
  /// heard how far it came. A vendor that refuses a request does not bill it.
  bool may_be_billed() const;

  /// The same as the rest of the program sees it, with a hint for an operator.
  Error to_error() const;
};

// Codes of our own, where no vendor gave one.
inline constexpr std::string_view kUntrustedCertificate = "untrusted_certificate";
inline constexpr std::string_view kRefusedByProxy = "refused_by_proxy";
/// The error was given without asking: the address is down.
inline constexpr std::string_view kCircuitOpen = "circuit_open";

std::string_view to_string(ProviderError::Kind kind);
/// Whether an error of this kind is worth another attempt, where the vendor does not say.
bool retryable_by_nature(ProviderError::Kind kind);
/// Whether another vendor's model may do what failed for good with an error of this kind.
bool another_may_succeed(ProviderError::Kind kind);
/// An error of `kind`, retryable by its nature.
ProviderError provider_error(ProviderError::Kind kind, std::string message);

/// A value or a ProviderError. Works with TRY and CO_TRY.
template <class T>
class [[nodiscard]] ProviderResult : public std::expected<T, ProviderError> {
 public:
  ProviderResult()
    requires std::is_void_v<T>
  = default;
  ProviderResult(ProviderError error)
      : std::expected<T, ProviderError>(std::unexpected(std::move(error))) {}
  template <class U = T>
    requires(!std::is_void_v<T> && std::is_convertible_v<U, T> &&
             !std::is_same_v<std::remove_cvref_t<U>, ProviderError> &&
             !std::is_same_v<std::remove_cvref_t<U>, ProviderResult>)
  ProviderResult(U&& value) : std::expected<T, ProviderError>(std::forward<U>(value)) {}
};

}  // namespace coditect::providers
