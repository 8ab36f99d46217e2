#include "app/commands/serve_options.h"

#include <algorithm>
#include <string_view>

#include "app/commands/provision_source.h"
#include "net/listen_address.h"
#include "storage/objects/store_url.h"

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
  if (options.no_store && !(options.store.empty() && options.mirror.empty())) {
    return invalid("--no-store contradicts --store and --mirror", "give one or the other");
  }
  for (const auto& [name, url] :
       {std::pair("--store", options.store), std::pair("--mirror", options.mirror)}) {
    if (url.empty()) continue;
    const auto parsed = objects::parse_store_url(url);
    if (!parsed) return Error(parsed.error()).in(name);
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
  if (!options.store.empty()) {
    config.store = options.store;
    config.copies = Config::Copies::kStore;
  }
  if (!options.mirror.empty()) config.mirror = options.mirror;
  if (!options.node.empty()) config.node = options.node;
  if (options.no_store) config.copies = Config::Copies::kNone;
  if (config.store.empty()) {
    config.store = "file://" + std::filesystem::absolute(config.data / "store").string();
  }
  if (options.simulate_providers) config.providers = Config::Providers::kSimulated;
  if (!options.demo.empty()) {
    TRY(config.demo, provision_source(options.demo));
  }
  TRY_VOID(check_log_level(config.log_level));
  return config;
}

}  // namespace coditect::app
