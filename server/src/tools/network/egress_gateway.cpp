#include "tools/network/egress_gateway.h"

#include <boost/asio/use_future.hpp>

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "base/log.h"

namespace coditect::tools {

namespace {

void report(std::string_view task, const std::string& what) {
  spdlog::error("the {} of a command failed: {}", task, what);
}

}  // namespace

EgressGateway::EgressGateway(AllowList allowed, NameLookup look_up)
    : allowed_(std::move(allowed)),
      look_up_(std::move(look_up)),
      work_(asio::make_work_guard(io_)),
      strand_(make_strand(io_.get_executor())),
      thread_([this] { io_.run(); }),
      tasks_(strand_, report) {}

EgressGateway::~EgressGateway() {
  asio::co_spawn(strand_, tasks_.close(), asio::use_future).get();
  work_.reset();
  io_.stop();
  thread_.join();
}

Result<std::unique_ptr<EgressDoor>> EgressGateway::open(FileDescriptor listener) {
  asio::ip::tcp::acceptor acceptor(strand_);
  boost::system::error_code error;
  // The acceptor closes its descriptor itself; ours is closed on return.
  const int copy = ::fcntl(listener.get(), F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return system_error("duplicate a descriptor", errno);
  acceptor.assign(asio::ip::tcp::v4(), copy, error);
  if (error) {
    ::close(copy);
    return internal("the way out of a sandbox: " + error.message());
  }
  auto service =
      std::make_shared<ProxyService>(strand_, std::move(acceptor), allowed_, look_up_, tasks_);
  asio::post(strand_, [this, service] { tasks_.spawn("proxy", ProxyService::run(service)); });
  return std::make_unique<EgressDoor>(strand_, std::move(service));
}

}  // namespace coditect::tools
