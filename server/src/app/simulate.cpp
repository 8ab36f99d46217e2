#include "app/simulate.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <csignal>
#include <cstdio>
#include <pthread.h>
#include <thread>
#include <unistd.h>

#include "base/json.h"
#include "base/log.h"
#include "base/posix_file.h"
#include "net/server.h"
#include "providers/simulator/simulator.h"

namespace coditect::app {

Result<void> simulate_providers(const std::string& listen,
                                const std::optional<std::filesystem::path>& ready_file) {
  start_log("info");
  sigset_t stop_signals;
  ::sigemptyset(&stop_signals);
  ::sigaddset(&stop_signals, SIGINT);
  ::sigaddset(&stop_signals, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  SystemClock clock;
  SystemRandom random;
  simulator::Simulator simulator(clock, random);
  asio::io_context io;
  auto work = asio::make_work_guard(io);
  TRY(std::unique_ptr<net::Server> server,
      net::Server::listen(io.get_executor(), listen, simulator));
  std::thread thread([&io] { io.run(); });
  Result<void> announced;
  if (ready_file) {
    const json::object ready{{"url", server->url()}, {"pid", ::getpid()}};
    announced = write_file_atomically(*ready_file, json::serialize(ready) + "\n", 0600);
  }
  if (announced) {
    std::printf("Simulated model APIs at %s\n", server->url().c_str());
    std::fflush(stdout);
    int signal = 0;
    ::sigwait(&stop_signals, &signal);
  }
  asio::co_spawn(io, server->close(), asio::use_future).get();
  work.reset();
  thread.join();
  return announced;
}

}  // namespace coditect::app
