#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "async/task_group.h"
#include "base/posix_file.h"
#include "base/result.h"
#include "tools/network/allow_list.h"
#include "tools/network/egress_door.h"
#include "tools/network/name_lookup.h"

namespace coditect::tools {

/// The way out of sandboxes: an HTTP proxy that lets commands reach the hosts of a list.
///
/// It has an event loop and a thread of its own, and so a resolver of its own: what commands do on
/// the network never makes the server's loop wait, nor its own look-ups.
///
/// Threads:  any.
/// Lifetime: outlives its doors; the destructor ends what they left and joins the thread.
class EgressGateway {
 public:
  explicit EgressGateway(AllowList allowed, NameLookup look_up = look_up_name);
  ~EgressGateway();
  EgressGateway(const EgressGateway&) = delete;
  EgressGateway& operator=(const EgressGateway&) = delete;

  /// Serves what connects to `listener`, a TCP socket that listens on IPv4 in any network
  /// namespace.
  Result<std::unique_ptr<EgressDoor>> open(FileDescriptor listener);

  const AllowList& allowed() const { return allowed_; }

 private:
  // Constant after construction.
  const AllowList allowed_;
  const NameLookup look_up_;
  asio::io_context io_{1};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_;
  const Strand strand_;
  std::thread thread_;
  // Touched only on strand_.
  TaskGroup tasks_;
};

}  // namespace coditect::tools
