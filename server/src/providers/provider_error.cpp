#include "providers/provider_error.h"

namespace coditect::providers {

namespace {

using Kind = ProviderError::Kind;

Errc errc(Kind kind) {
  switch (kind) {
    case Kind::kQuota: return Errc::kLimit;
    case Kind::kContextExceeded: return Errc::kLimit;
    case Kind::kAuth: return Errc::kDenied;
    case Kind::kContentFilter: return Errc::kDenied;
    case Kind::kInvalidRequest: return Errc::kInvalid;
    case Kind::kCancelled: return Errc::kCancelled;
    case Kind::kOverloaded:
    case Kind::kRateLimited:
    case Kind::kServer:
    case Kind::kNetwork:
    case Kind::kTimeout:
    case Kind::kMalformed: return Errc::kUnavailable;
  }
  return Errc::kInternal;
}

std::string_view hint(Kind kind) {
  switch (kind) {
    case Kind::kOverloaded:
    case Kind::kServer: return "try again later, or give the task to another agent";
    case Kind::kRateLimited: return "try again later, or raise the rate limit with the vendor";
    case Kind::kQuota: return "add credit or raise the spend limit with the vendor";
    case Kind::kAuth: return "check the provider's API key and what it is allowed to use";
    case Kind::kInvalidRequest: return "check the agent's model and settings";
    case Kind::kContextExceeded: return "give the task a shorter context or a larger model";
    case Kind::kContentFilter: return "the vendor's filter refused this; rephrase the request";
    case Kind::kNetwork:
    case Kind::kTimeout: return "check the network, the proxy and the provider's base URL";
    case Kind::kMalformed: return "check that the base URL speaks this provider's protocol";
    case Kind::kCancelled: return "";
  }
  return "";
}

std::string_view hint_of(const ProviderError& error) {
  if (error.code == kUntrustedCertificate) {
    return "nothing was sent: check the base URL, and whether this machine trusts whoever signed "
           "the certificate";
  }
  if (error.code == kRefusedByProxy) return "check HTTPS_PROXY: its address, user and password";
  if (error.code == kCircuitOpen) return "wait, or give the task to another agent";
  return hint(error.kind);
}

}  // namespace

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::kOverloaded: return "overloaded";
    case Kind::kRateLimited: return "rate_limited";
    case Kind::kQuota: return "quota";
    case Kind::kAuth: return "auth";
    case Kind::kInvalidRequest: return "invalid_request";
    case Kind::kContextExceeded: return "context_exceeded";
    case Kind::kContentFilter: return "content_filter";
    case Kind::kServer: return "server";
    case Kind::kNetwork: return "network";
    case Kind::kTimeout: return "timeout";
    case Kind::kMalformed: return "malformed";
    case Kind::kCancelled: return "cancelled";
  }
  return "server";
}

bool retryable_by_nature(Kind kind) {
  switch (kind) {
    case Kind::kOverloaded:
    case Kind::kRateLimited:
    case Kind::kServer:
    case Kind::kNetwork:
    case Kind::kTimeout: return true;
    case Kind::kQuota:
    case Kind::kAuth:
    case Kind::kInvalidRequest:
    case Kind::kContextExceeded:
    case Kind::kContentFilter:
    case Kind::kMalformed:
    case Kind::kCancelled: return false;
  }
  return false;
}

bool another_may_succeed(Kind kind) {
  switch (kind) {
    case Kind::kOverloaded:
    case Kind::kRateLimited:
    case Kind::kQuota:
    case Kind::kAuth:
    case Kind::kServer:
    case Kind::kNetwork:
    case Kind::kTimeout:
    case Kind::kMalformed: return true;
    case Kind::kInvalidRequest:
    case Kind::kContextExceeded:
    case Kind::kContentFilter:
    case Kind::kCancelled: return false;
  }
  return false;
}

ProviderError provider_error(Kind kind, std::string message) {
  ProviderError error;
  error.kind = kind;
  error.retryable = retryable_by_nature(kind);
  error.message = std::move(message);
  return error;
}

bool ProviderError::may_be_billed() const {
  // Of a gateway that gave up waiting nobody knows what the model behind it did.
  return sent && (http_status == 0 || kind == Kind::kTimeout);
}

Error ProviderError::to_error() const {
  std::string text(providers::to_string(kind));
  if (http_status != 0) text += " (HTTP " + std::to_string(http_status) + ")";
  if (!message.empty()) text += ": " + message;
  return {errc(kind), std::move(text), std::string(hint_of(*this))};
}

}  // namespace coditect::providers
