#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/strong_id.h"

namespace coditect::api {

/// What a resource's address names:
///
///     coditect://WORKSPACE/files/PATH            a file, PATH percent-encoded but for its slashes
///     coditect://WORKSPACE/log                   the newest events
///     coditect://WORKSPACE/log?from=SEQ&limit=N  N events from SEQ on
struct ResourceAddress {
  enum class Kind { kFile, kLog };

  Kind kind = Kind::kLog;
  std::string workspace;  ///< its id
  std::string path;       ///< of a file, decoded
  std::optional<Sequence> from;
  std::optional<std::size_t> limit;
};

/// Errc::kNotFound for what names nothing that there could be. Pure.
Result<ResourceAddress> parse_resource(std::string_view uri);

std::string file_uri(std::string_view workspace, std::string_view path);
std::string log_uri(std::string_view workspace);

}  // namespace coditect::api
