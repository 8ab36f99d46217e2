#pragma once

#include <boost/asio/ip/address.hpp>

#include <functional>
#include <string>
#include <vector>

#include "async/strand.h"
#include "base/result.h"

namespace coditect::tools {

/// Finds the addresses of a name. Errors: kNotFound, kUnavailable.
using NameLookup =
    std::function<awaitable<Result<std::vector<asio::ip::address>>>(std::string name)>;

/// Asks the system's resolver, for limits::kProxyConnectTimeMax at most.
awaitable<Result<std::vector<asio::ip::address>>> look_up_name(std::string name);

}  // namespace coditect::tools
