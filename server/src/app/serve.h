#pragma once

#include "app/config.h"
#include "base/environment.h"
#include "base/result.h"

namespace coditect::app {

/// Runs the server until SIGINT or SIGTERM. Prints the login link on standard output; writes
/// {"url","token","pid"} to the ready file and to {data}/node/server.json, mode 0600, once it
/// answers. Errors are those of starting: a folder, a port, a damaged journal.
Result<void> serve(const Config& config, const Environment& environment);

}  // namespace coditect::app
