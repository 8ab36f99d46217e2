#pragma once

#include <optional>
#include <string>

#include "app/client/client.h"
#include "app/shell.h"

namespace coditect::app {

/// How a command prints what it found.
enum class Output { kText, kJson };

/// The server that the environment or this machine's data folder names.
Result<Client> connect(const Shell& shell);

/// A client and the id of the workspace that an argument means.
struct Place {
  Client client;
  std::string workspace;
};

Result<Place> connect(const Shell& shell, const std::string& name_or_id);

}  // namespace coditect::app
