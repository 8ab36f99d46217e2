#include "app/approval_config.h"

#include <boost/asio/ip/address.hpp>

#include "app/config_file.h"
#include "net/client/base_url.h"

namespace coditect::app {

namespace {

using net_client::BaseUrl;

bool is_loopback(const std::string& host) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(host, error);
  return host == "localhost" || (!error && address.is_loopback());
}

/// The URL under `key`, checked; "" where there is none.
Result<std::string> take_url(const std::filesystem::path& file, const toml::table& table,
                             std::string_view key, bool (*good)(const BaseUrl&),
                             std::string_view wanted) {
  std::string text;
  TRY_VOID(take_text(file, table, key, text));
  if (text.empty()) return text;
  const auto url = net_client::parse_base_url(text);
  if (url && good(*url)) return text;
  return bad(file, *table.get(key), "'" + std::string(key) + "' is not " + std::string(wanted));
}

}  // namespace

Result<void> take_approvals(const std::filesystem::path& file, const toml::table& table,
                            ApprovalConfig& into) {
  TRY_VOID(only_known(file, table, {"webhook", "studio"}));
  const auto safe = [](const BaseUrl& url) {
    return url.scheme == net_client::Scheme::kHttps || is_loopback(url.host);
  };
  TRY(into.webhook,
      take_url(file, table, "webhook", safe,
               "an https URL without a user, a query or a fragment (http on this machine only)"));
  TRY(into.studio, take_url(
                       file, table, "studio", [](const BaseUrl&) { return true; },
                       "an http or https URL without a user, a query or a fragment"));
  return {};
}

}  // namespace coditect::app
