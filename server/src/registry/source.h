#pragma once

#include <filesystem>
#include <stop_token>

#include "base/environment.h"
#include "base/json.h"
#include "base/result.h"

namespace coditect::registry {

/// Checks a provision request's `source` and gives it back in its one form, without credentials in
/// a URL: {"kind":"empty"}, {"kind":"git","url"}, {"kind":"path","path"},
/// {"kind":"template","name"}. Errc::kInvalid says what is wrong.
Result<json::object> check_source(const json::object& source);

/// Fills the empty folder `projects` from a source that check_source() took, as it was given (a URL
/// may hold credentials). `data` is the server's own folder, which cannot be a source. A program
/// that it runs sees PATH, HOME, LANG and SSH_AUTH_SOCK of `environment` and so no provider's key.
/// Blocking, minutes for a large repository, and Errc::kCancelled once `stop` is requested. On
/// failure the folder's content is undefined.
Result<void> fetch_source(const json::object& source, const std::filesystem::path& projects,
                          const std::filesystem::path& data, const Environment& environment,
                          std::stop_token stop = {});

}  // namespace coditect::registry
