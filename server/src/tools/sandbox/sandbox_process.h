#pragma once

#include <memory>
#include <stop_token>
#include <thread>

#include "base/posix_file.h"
#include "tools/sandbox/follow_program.h"
#include "tools/sandbox/piped_process.h"

namespace coditect::tools {

/// A command like any other whose standard input and output are a socket of ours, and of which only
/// the standard error is followed; by a thread of its own.
///
/// Threads:  as its base; thread_ owns the running command.
class SandboxProcess final : public PipedProcess {
 public:
  /// Starts the sandbox for a specification, on the process's thread, which outlives it.
  using Launch = LaunchProgram;

  static Result<std::unique_ptr<PipedProcess>> start(PipedSpec spec, Launch launch,
                                                     CommandLimits limits);
  ~SandboxProcess() override;

  FileDescriptor take_stream() override { return std::move(stream_); }
  void stop() override { stop_.request_stop(); }

 private:
  explicit SandboxProcess(FileDescriptor stream) : stream_(std::move(stream)) {}

  FileDescriptor stream_;
  std::stop_source stop_;
  std::thread thread_;
};

}  // namespace coditect::tools
