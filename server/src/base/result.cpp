#include "base/result.h"

#include <cerrno>
#include <system_error>

namespace coditect {
namespace {

/// What a person can do about a disk that refuses.
std::string hint_of(int error_number) {
  switch (error_number) {
    case ENOSPC:
    case EDQUOT: return "Free space on this disk, or raise its quota; work goes on by itself.";
    case EROFS: return "The disk is mounted read-only: look into the kernel's log for why.";
    case EIO: return "The disk fails: look into the kernel's log, and replace it.";
    case EMFILE:
    case ENFILE: return "Raise the limit of open files (ulimit -n).";
    default: return {};
  }
}

}  // namespace

std::string_view to_string(Errc code) {
  switch (code) {
    case Errc::kInvalid: return "invalid";
    case Errc::kNotFound: return "not_found";
    case Errc::kConflict: return "conflict";
    case Errc::kLocked: return "locked";
    case Errc::kDenied: return "denied";
    case Errc::kLimit: return "limit";
    case Errc::kBudget: return "budget";
    case Errc::kUnavailable: return "unavailable";
    case Errc::kCancelled: return "unavailable";
    case Errc::kInternal: return "internal";
  }
  return "internal";
}

Error Error::in(std::string_view context) && {
  message = std::string(context) + ": " + message;
  return std::move(*this);
}

Error invalid(std::string message, std::string hint) {
  return {Errc::kInvalid, std::move(message), std::move(hint)};
}

Error not_found(std::string message, std::string hint) {
  return {Errc::kNotFound, std::move(message), std::move(hint)};
}

Error internal(std::string message, std::string hint) {
  return {Errc::kInternal, std::move(message), std::move(hint)};
}

Error unavailable(std::string message, std::string hint) {
  return {Errc::kUnavailable, std::move(message), std::move(hint)};
}

Error system_error(std::string_view what, int error_number) {
  return {Errc::kUnavailable,
          std::string(what) + ": " + std::generic_category().message(error_number),
          hint_of(error_number)};
}

}  // namespace coditect
