#pragma once

#include "app/client/client.h"
#include "base/result.h"
#include "storage/archive/archive.h"

namespace coditect::app {

/// Reads a workspace's whole log from its server, up to the end it has now, and checks that numbers
/// have no gap and that each event names the hash of the one before. The head after it.
///
/// Errors: Errc::kInternal, naming the event, for a broken chain; those of the connection.
Result<archive::Head> check_remote_log(const Client& client, const std::string& workspace);

}  // namespace coditect::app
