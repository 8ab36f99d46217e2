#include "app/commands/serve_options.h"

#include <algorithm>
#include <string_view>

#include "app/commands/provision_source.h"
#include "net/listen_address.h"
namespace coditect::app {

namespace {

constexpr std::string_view kLogLevels[] = {"trace", "debug", "info",     "warning",
                                           "warn",  "error", "critical", "off"};

Result<void> check_log_level(const std::string& level) {
  if (std::ranges::find(kLogLevels, level) != std::end(kLogLevels)) return {};
  return invalid("'" + level + "' is no log level",
                 "use trace, debug, info, warning, error, critical or off");
}

}  // namespace

Result<void> check_serve(const ServeOptions& options) {
  if (!options.listen.empty()) {
    const auto address = net::parse_listen_address(options.listen);
    if (!address) return Error(address.error()).in("--listen");
  }
  constexpr std::string_view kFile = "file:///";
  if (!options.store.empty() && !options.store.starts_with(kFile)) {
    return invalid("--store " + options.store + " is not supported",
                   "this version takes only file:///DIR; replication to other stores comes in a "
                   "later version");
  }
  if (options.store == kFile) {
    return invalid("--store file:/// names no folder", "give it as file:///DIR");
  }
  if (!options.mirror.empty()) {
    return invalid("--mirror is not supported",
                   "leave it out; replication to a mirror comes in a later version");
  }
  if (!options.log_level.empty()) return check_log_level(options.log_level);
  return {};
}

Result<Config> serve_config(const ServeOptions& options, const Shell& shell) {
  Config config;
  config.agents = default_agents();
  config.data = "data";
  const std::filesystem::path file = options.config.empty() ? "coditect.toml" : options.config;
  std::error_code error;
  if (!options.config.empty() || std::filesystem::exists(file, error)) {
    TRY_VOID(load_config(file, config));
  }
  if (const auto data = shell.environment.find("CODITECT_DATA")) config.data = *data;
  if (!options.data.empty()) config.data = options.data;
  if (!options.listen.empty()) config.listen = options.listen;
  if (!options.web.empty()) config.web = options.web;
  if (!options.log_level.empty()) config.log_level = options.log_level;
  if (!options.ready_file.empty()) config.ready_file = options.ready_file;
  if (options.simulate_providers) config.providers = Config::Providers::kSimulated;
  if (!options.demo.empty()) {
    TRY(config.demo, provision_source(options.demo));
  }
  TRY_VOID(check_log_level(config.log_level));
  return config;
}

}  // namespace coditect::app
