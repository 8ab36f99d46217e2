#pragma once

#include <string>

#include "app/config.h"
#include "app/shell.h"
#include "base/result.h"

namespace coditect::app {

/// The options of `coditect serve` as they were given; "" for those that were not.
struct ServeOptions {
  std::string listen;
  std::string data;
  std::string config;
  std::string store;
  std::string mirror;
  std::string node;
  std::string web;
  std::string ready_file;
  std::string log_level;
  std::string demo;
  bool no_store = false;
  bool simulate_providers = false;
};

/// Errc::kInvalid for what no configuration could make sense of. Pure.
Result<void> check_serve(const ServeOptions& options);

/// The options over the environment, over the configuration file, over the defaults. Reads the
/// file.
Result<Config> serve_config(const ServeOptions& options, const Shell& shell);

}  // namespace coditect::app
