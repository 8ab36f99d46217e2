#include "app/serve.h"

#include <csignal>
#include <cstdio>
#include <mutex>
#include <optional>
#include <pthread.h>
#include <unistd.h>

#include "app/node.h"
#include "base/json.h"
#include "base/log.h"
#include "base/posix_file.h"

namespace coditect::app {

namespace {

Result<void> announce(const Config& config, const Node& node) {
  const json::object ready{{"url", node.url()}, {"token", node.token()}, {"pid", ::getpid()}};
  const std::string text = json::serialize(ready) + "\n";
  TRY_VOID(write_file_atomically(config.data / "node" / "server.json", text, 0600));
  if (config.ready_file) TRY_VOID(write_file_atomically(*config.ready_file, text, 0600));
  for (const std::string& notice : node.notices()) spdlog::warn("{}", notice);
  std::printf(
      "\nCODITECT Development Studio is ready. Open this link to log in:\n\n    %s/#token=%s\n\n",
      node.url().c_str(), node.token().c_str());
  for (const std::string& notice : node.notices()) std::printf("  * %s\n", notice.c_str());
  std::printf("Press Ctrl+C to stop.\n");
  std::fflush(stdout);
  return {};
}

}  // namespace

Result<void> serve(const Config& config, const Environment& environment) {
  start_log(config.log_level);
  // Blocked before any thread starts, so that only sigwait() sees them.
  sigset_t stop_signals;
  ::sigemptyset(&stop_signals);
  ::sigaddset(&stop_signals, SIGINT);
  ::sigaddset(&stop_signals, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  Node node(config, environment);
  std::mutex mutex;
  std::optional<Error> lost;  // guarded by mutex
  auto on_lost = [&mutex, &lost](const Error& why) {
    const std::lock_guard lock(mutex);
    lost = why;
    ::kill(::getpid(), SIGTERM);
  };
  auto started = node.start(std::move(on_lost));
  if (started) started = announce(config, node);
  if (started) {
    int signal = 0;
    ::sigwait(&stop_signals, &signal);
    spdlog::info("stopping");
  }
  auto stopped = node.stop();
  const std::lock_guard lock(mutex);
  if (lost) return *lost;
  return started ? std::move(stopped) : std::move(started);
}

}  // namespace coditect::app
