#include "registry/host_command.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/posix_file.h"

namespace coditect::registry {

namespace {

constexpr std::size_t kOutputBytesMax = 16u << 10;
/// So often it is looked whether the command is to stop.
constexpr int kLookMs = 100;

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

/// Starts the program with its output in `output` and in a process group of its own.
Result<pid_t> start(const HostCommand& command, int output) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, output, 1);
  ::posix_spawn_file_actions_adddup2(&actions, output, 2);
  ::posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  sigset_t none;
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  pid_t pid = -1;
  const int failed =
      ::posix_spawnp(&pid, command.argv[0].c_str(), &actions, &attributes,
                     pointers(command.argv).data(), pointers(command.environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (failed != 0) {
    return Error{Errc::kUnavailable, command.argv[0] + " could not be started",
                 "install " + command.argv[0]};
  }
  return pid;
}

}  // namespace

Result<void> run_host_command(const HostCommand& command) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return system_error("pipe", errno);
  const FileDescriptor read_end(ends[0]);
  FileDescriptor write_end(ends[1]);
  TRY(pid_t pid, start(command, write_end.get()));
  write_end = FileDescriptor();
  const auto deadline = std::chrono::steady_clock::now() + command.time_max;
  std::string output;
  bool timed_out = false, stopped = false;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    const bool ended = timed_out || stopped;
    if (!ended && (left.count() <= 0 || command.stop.stop_requested())) {
      stopped = command.stop.stop_requested();
      timed_out = !stopped;
      ::kill(-pid, SIGKILL);
    }
    pollfd waiting{read_end.get(), POLLIN, 0};
    if (::poll(&waiting, 1, timed_out || stopped ? 1000 : kLookMs) == 0) {
      if (ended) break;
      continue;
    }
    char buffer[4096];
    const ssize_t count = ::read(read_end.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    output.append(buffer, static_cast<std::size_t>(count));
    if (output.size() > kOutputBytesMax) output.erase(0, output.size() - kOutputBytesMax);
  }
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (stopped) return Error{Errc::kCancelled, command.argv[0] + " was cancelled", {}};
  if (timed_out) return unavailable(command.argv[0] + " took too long", "try a smaller repository");
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  while (!output.empty() && output.back() == '\n') output.pop_back();
  return unavailable(command.argv[0] + " failed: " + output);
}

}  // namespace coditect::registry
