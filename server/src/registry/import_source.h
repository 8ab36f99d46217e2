#pragma once

#include <filesystem>
#include <stop_token>

#include "base/json.h"
#include "base/result.h"
#include "registry/upload.h"

namespace coditect::registry {

/// Unpacks an archive into the empty folder `projects` and gives back the source as the log and
/// `GET /workspaces` show it: {"kind":"import","file","format","files","bytes"}, and where
/// something was left out "left_out" (the first entries, each with "path" and "why") and
/// "left_out_count". Blocking. Errors and what `stop` does as unpack::unpack() says.
Result<json::object> unpack_upload(const Upload& upload, const std::filesystem::path& projects,
                                   const std::stop_token& stop);

}  // namespace coditect::registry
