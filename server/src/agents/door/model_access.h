#pragma once

#include <memory>
#include <string>

#include "net/client/http_client.h"
#include "providers/provider.h"

namespace coditect::agents::door {

/// A vendor's API as the server reaches it, for programs that must not have its key.
///
/// Threads: any; constant after construction.
struct ModelAccess {
  std::shared_ptr<providers::Provider> provider;  ///< whose kind and prices count
  std::shared_ptr<net_client::HttpClient> client;
  std::string api_key;
  std::string model = {};  ///< that the program is told to ask for; "" for its own choice
  bool simulated = false;
};

}  // namespace coditect::agents::door
