#pragma once

#include <filesystem>
#include <string>

#include "app/shell.h"
#include "base/result.h"

namespace coditect::app {

/// Where a server is and what lets a client in.
struct ServerLocation {
  std::string url;
  std::string token;
};

/// The server that CODITECT_URL and CODITECT_TOKEN name; where neither is set, the one that runs on
/// `data` of this machine and left `node/server.json` there. The hint says how to give it.
Result<ServerLocation> find_server(const Shell& shell, const std::filesystem::path& data);

/// The data folder of this machine's server: CODITECT_DATA, else what `coditect.toml` in the
/// working directory says, else ./data.
Result<std::filesystem::path> data_folder(const Shell& shell);

}  // namespace coditect::app
