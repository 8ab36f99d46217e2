#pragma once

#include <string>

#include "base/json.h"
#include "base/result.h"

namespace coditect::app {

/// What `--from` means: "" an empty workspace, template:NAME a template, a folder that is there a
/// copy of it (made absolute), a URL or what ends in .git a clone. Errc::kInvalid otherwise.
Result<json::object> provision_source(const std::string& from);

}  // namespace coditect::app
