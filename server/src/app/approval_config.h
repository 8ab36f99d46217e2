#pragma once

#include <toml++/toml.h>

#include <filesystem>
#include <string>

#include "base/result.h"

namespace coditect::app {

/// Who outside is told of questions that wait for a person; nobody where `webhook` is empty.
struct ApprovalConfig {
  std::string webhook;
  std::string studio;  ///< where people reach the studio; "" for the server's own address
};

/// Reads [approvals]. Errc::kInvalid names the line: a webhook has to be https, unless it is on
/// this machine, and both have to be URLs without a user, a query or a fragment.
Result<void> take_approvals(const std::filesystem::path& file, const toml::table& table,
                            ApprovalConfig& into);

}  // namespace coditect::app
