#include "tools/sandbox/sandbox_process.h"

#include <cerrno>
#include <fcntl.h>
#include <future>
#include <unistd.h>

namespace coditect::tools {

namespace {

/// Of what the program writes to its standard error: the beginning and the end.
constexpr std::size_t kKeptErrorBytes = 16u << 10;

CommandSpec command_of(const PipedSpec& piped, const CommandLimits& limits, std::stop_token stop) {
  CommandSpec spec{.argv = piped.argv, .project_root = piped.project_root};
  spec.access = piped.access;
  spec.network = piped.network;
  spec.environment = piped.environment;
  spec.secrets = piped.secrets;
  spec.limits = limits;
  spec.limits.output_bytes = kKeptErrorBytes;
  spec.read_only = piped.read_only;
  spec.stop = std::move(stop);
  spec.home = piped.home;
  spec.programs = piped.programs;
  spec.doors = piped.doors;
  return spec;
}

/// The life of a process's thread. `started` hears once whether there is a process to follow.
void follow(const PipedSpec& piped, const SandboxProcess::Launch& launch,
            const CommandLimits& limits, Streams streams, std::stop_token stop,
            std::promise<Result<void>> started) {
  const CommandSpec spec = command_of(piped, limits, std::move(stop));
  auto launched = launch(spec, std::move(streams));
  if (!launched) {
    started.set_value(std::move(launched).error());
    return;
  }
  started.set_value({});
  Result<CommandResult> end = [&] {
    RunningCommand running(spec, launched->cgroup, std::move(launched->parts));
    return running.follow();
  }();
  piped.on_exit(std::move(end));
}

}  // namespace

Result<std::unique_ptr<PipedProcess>> SandboxProcess::start(PipedSpec spec, Launch launch,
                                                            CommandLimits limits) {
  TRY(Pipe ends, make_socket_pair());
  TRY(Pipe errors, make_pipe());
  FileDescriptor answers(::fcntl(ends.write.get(), F_DUPFD_CLOEXEC, 0));
  if (!answers.open()) return system_error("duplicate a descriptor", errno);
  std::unique_ptr<SandboxProcess> process(new SandboxProcess(std::move(ends.read)));
  Streams streams{std::move(ends.write), std::move(errors.write), std::move(errors.read),
                  std::move(answers)};
  std::promise<Result<void>> promise;
  std::future<Result<void>> started = promise.get_future();
  process->thread_ =
      std::thread(follow, std::move(spec), std::move(launch), limits, std::move(streams),
                  process->stop_.get_token(), std::move(promise));
  TRY_VOID(started.get());
  return std::unique_ptr<PipedProcess>(std::move(process));
}

SandboxProcess::~SandboxProcess() {
  stop_.request_stop();
  if (thread_.joinable()) thread_.join();
}

}  // namespace coditect::tools
