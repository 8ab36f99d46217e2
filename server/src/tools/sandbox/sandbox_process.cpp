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
  CommandSpec command = command_of(spec, limits, process->stop_.get_token());
  process->thread_ = std::thread(follow_program, std::move(command), std::move(launch),
                                 std::move(streams), std::move(promise), std::move(spec.on_exit));
  TRY_VOID(started.get());
  return std::unique_ptr<PipedProcess>(std::move(process));
}

SandboxProcess::~SandboxProcess() {
  stop_.request_stop();
  if (thread_.joinable()) thread_.join();
}

}  // namespace coditect::tools
