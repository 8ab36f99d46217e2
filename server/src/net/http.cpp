#include "net/http.h"

#include <algorithm>

#include "net/ascii.h"

namespace coditect::net {

std::optional<std::string_view> find_header(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (equal_without_case(key, name)) return value;
  }
  return std::nullopt;
}

std::optional<std::string_view> RequestHead::find_query(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::vector<std::string> RequestHead::offered_subprotocols() const {
  std::vector<std::string> offered;
  for (const auto& [key, value] : headers) {
    if (!equal_without_case(key, "sec-websocket-protocol")) continue;
    for (std::string_view rest = value; !rest.empty();) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      const std::string_view name = trim(rest.substr(0, comma));
      if (!name.empty()) offered.emplace_back(name);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return offered;
}

Response Response::with(std::string name, std::string value) && {
  headers.emplace_back(std::move(name), std::move(value));
  return std::move(*this);
}

Response problem(int status, std::string_view title, std::string_view detail,
                 std::string_view hint) {
  json::object body;
  body["type"] = "about:blank";
  body["title"] = title.empty() ? reason_phrase(status) : title;
  body["status"] = status;
  body["detail"] = detail;
  body["hint"] = hint;
  return text_response(status, "application/problem+json", json::serialize(body));
}

Response problem(const Error& error) {
  static constexpr std::pair<Errc, int> kStatuses[] = {
      {Errc::kInvalid, 400}, {Errc::kNotFound, 404},    {Errc::kConflict, 409},
      {Errc::kLocked, 423},  {Errc::kDenied, 403},      {Errc::kLimit, 429},
      {Errc::kBudget, 402},  {Errc::kUnavailable, 503}, {Errc::kCancelled, 503},
      {Errc::kInternal, 500}};
  const auto found = std::ranges::find(kStatuses, error.code, &std::pair<Errc, int>::first);
  const int status = found == std::end(kStatuses) ? 500 : found->second;
  return problem(status, {}, error.message, error.hint);
}

Response json_response(int status, const json::value& value) {
  return text_response(status, "application/json", json::serialize(value));
}

Response text_response(int status, std::string_view content_type, std::string body) {
  Response response;
  response.status = status;
  response.headers.emplace_back("Content-Type", content_type);
  response.body = std::move(body);
  return response;
}

std::string_view reason_phrase(int status) {
  static constexpr std::pair<int, std::string_view> kPhrases[] = {
      {100, "Continue"},
      {101, "Switching Protocols"},
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {206, "Partial Content"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {402, "Payment Required"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {410, "Gone"},
      {412, "Precondition Failed"},
      {413, "Content Too Large"},
      {415, "Unsupported Media Type"},
      {416, "Range Not Satisfiable"},
      {417, "Expectation Failed"},
      {422, "Unprocessable Content"},
      {423, "Locked"},
      {426, "Upgrade Required"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {529, "Overloaded"}};
  const auto found = std::ranges::find(kPhrases, status, &std::pair<int, std::string_view>::first);
  return found == std::end(kPhrases) ? "Unknown" : found->second;
}

}  // namespace coditect::net
