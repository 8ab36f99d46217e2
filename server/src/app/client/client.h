#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <string_view>

#include "app/client/server_location.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/result.h"
#include "net/client/base_url.h"

namespace coditect::app {

/// Asks one server, blocking, a connection for each question.
///
/// Threads: any; constant after construction.
/// Errors:  what the server refuses comes back as the Error it was, with a hint.
class Client {
 public:
  /// Errc::kInvalid for a URL that is not http or https.
  static Result<Client> make(ServerLocation location);

  Result<json::object> get(const std::string& target) const;
  Result<json::object> post(
      const std::string& target, const json::object& body,
      std::chrono::milliseconds answer_time_max = limits::kClientAnswerTimeMax) const;
  /// A body that is sent while it is read, and never held whole.
  struct Stream {
    std::istream& in;                    ///< to its end
    std::optional<std::uint64_t> bytes;  ///< that it has, where that is known
    std::atomic<std::uint64_t>& sent;    ///< so far, for whoever shows it
  };
  Result<json::object> post_stream(const std::string& target, Stream body) const;
  /// A JSON-RPC call to one workspace; its result.
  Result<json::object> call(const std::string& workspace, std::string_view method,
                            json::object params) const;

  const net_client::BaseUrl& url() const { return url_; }
  const std::string& token() const { return location_.token; }
  /// Where a person opens a workspace.
  std::string studio_url(const std::string& workspace) const;

 private:
  Client(ServerLocation location, net_client::BaseUrl url)
      : location_(std::move(location)), url_(std::move(url)) {}

  ServerLocation location_;
  net_client::BaseUrl url_;
};

}  // namespace coditect::app
