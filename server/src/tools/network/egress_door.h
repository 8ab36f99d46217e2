#pragma once

#include <boost/asio/post.hpp>

#include <memory>
#include <utility>
#include <vector>

#include "async/strand.h"
#include "tools/network/proxy_service.h"
#include "tools/network/visit.h"

namespace coditect::tools {

/// One command's way out, for as long as this lives: destroying it ends every connection.
///
/// Threads:  one at a time.
/// Lifetime: the gateway that opened it outlives it.
class EgressDoor {
 public:
  EgressDoor(Strand strand, std::shared_ptr<ProxyService> service)
      : strand_(std::move(strand)), service_(std::move(service)) {}
  EgressDoor(const EgressDoor&) = delete;
  EgressDoor& operator=(const EgressDoor&) = delete;
  ~EgressDoor() {
    asio::post(strand_, [service = std::move(service_)] { service->stop(); });
  }

  /// What the command has wanted to reach so far.
  std::vector<Visit> visits() const { return service_->visits().all(); }

 private:
  const Strand strand_;
  std::shared_ptr<ProxyService> service_;
};

}  // namespace coditect::tools
