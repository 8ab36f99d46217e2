#include "app/client/remote_error.h"

#include <algorithm>
#include <string>
#include <utility>

namespace coditect::app {

namespace {

Errc code_of_status(unsigned status) {
  switch (status) {
    case 401: return Errc::kDenied;
    case 402: return Errc::kBudget;
    case 403: return Errc::kDenied;
    case 404: return Errc::kNotFound;
    case 409: return Errc::kConflict;
    case 423: return Errc::kLocked;
    case 429: return Errc::kLimit;
    case 503: return Errc::kUnavailable;
    default: return status < 500 ? Errc::kInvalid : Errc::kInternal;
  }
}

Errc code_of_kind(std::string_view kind) {
  constexpr Errc kCodes[] = {Errc::kInvalid, Errc::kNotFound, Errc::kConflict, Errc::kLocked,
                             Errc::kDenied,  Errc::kLimit,    Errc::kBudget,   Errc::kUnavailable};
  const auto found =
      std::ranges::find_if(kCodes, [&](Errc code) { return to_string(code) == kind; });
  return found == std::end(kCodes) ? Errc::kInternal : *found;
}

std::string_view hint_of(Errc code) {
  switch (code) {
    case Errc::kInvalid: return "change the request; repeating it will not help";
    case Errc::kNotFound: return "`coditect workspaces` lists the workspaces there are";
    case Errc::kConflict: return "look at what has changed, then try again";
    case Errc::kLocked: return "wait until the lock is released, then try again";
    case Errc::kDenied: return "see whether CODITECT_TOKEN is this server's token";
    case Errc::kLimit: return "try again later, or ask for less";
    case Errc::kBudget: return "raise the budget, then try again";
    case Errc::kUnavailable:
    case Errc::kCancelled: return "try again in a moment";
    case Errc::kInternal: return "the server's log has more";
  }
  return {};
}

Error with_hint(Errc code, std::string message, std::string hint) {
  if (hint.empty()) hint = hint_of(code);
  return {code, std::move(message), std::move(hint)};
}

}  // namespace

Error error_of_answer(unsigned status, std::string_view body) {
  const Errc code = code_of_status(status);
  const auto problem = parse_json_object(body);
  std::string detail;
  std::string hint;
  if (problem) {
    detail = find_string(*problem, "detail").value_or("");
    hint = find_string(*problem, "hint").value_or("");
  }
  if (detail.empty()) detail = "the server answered with status " + std::to_string(status);
  // The server speaks to any client; this one is let in by a variable.
  if (status == 401) hint = hint_of(Errc::kDenied);
  return with_hint(code, std::move(detail), std::move(hint));
}

Error error_of_rpc(const json::object& error) {
  Errc code = Errc::kInternal;
  std::string hint;
  if (const json::object* data = find_object(error, "data")) {
    code = code_of_kind(find_string(*data, "kind").value_or(""));
    hint = find_string(*data, "hint").value_or("");
  }
  return with_hint(code, find_string(error, "message").value_or("the server refused the call"),
                   std::move(hint));
}

}  // namespace coditect::app
