#include "tools/sandbox/sandbox_terminal.h"

#include <cerrno>
#include <fcntl.h>
#include <future>
#include <unistd.h>

#include "tools/sandbox/pseudo_terminal.h"

namespace coditect::tools {

namespace {

// What bubblewrap says when it fails is all that is kept: the rest is on_output's.
constexpr std::size_t kKeptOutputBytes = 4u << 10;

CommandSpec command_of(const TerminalSpec& terminal, const CommandLimits& limits,
                       std::stop_token stop) {
  CommandSpec spec{.argv = terminal.argv, .project_root = terminal.project_root};
  spec.environment = {{"TERM", "xterm-256color"}, {"COLORTERM", "truecolor"}, {"PS1", "\\w\\$ "}};
  spec.console = Console::kTerminal;
  spec.network = Network::kAllowList;
  spec.limits = limits;
  spec.limits.output_bytes = kKeptOutputBytes;
  spec.stop = stop;
  spec.on_output = [hear = terminal.on_output, stop](std::string_view chunk) { hear(chunk, stop); };
  return spec;
}

}  // namespace

Result<std::unique_ptr<TerminalProcess>> SandboxTerminal::start(TerminalSpec spec, Launch launch,
                                                                CommandLimits limits) {
  TRY(PseudoTerminal ends, open_pseudo_terminal(spec.size));
  FileDescriptor keyboard(::fcntl(ends.ours.get(), F_DUPFD_CLOEXEC, 0));
  FileDescriptor screen(::fcntl(ends.program.get(), F_DUPFD_CLOEXEC, 0));
  if (!keyboard.open() || !screen.open()) return system_error("duplicate a descriptor", errno);
  std::unique_ptr<SandboxTerminal> terminal(new SandboxTerminal(std::move(keyboard)));
  Streams streams{std::move(ends.program), std::move(screen), std::move(ends.ours)};
  std::promise<Result<void>> promise;
  std::future<Result<void>> started = promise.get_future();
  CommandSpec command = command_of(spec, limits, terminal->stop_.get_token());
  terminal->thread_ = std::thread(follow_program, std::move(command), std::move(launch),
                                  std::move(streams), std::move(promise), std::move(spec.on_exit));
  TRY_VOID(started.get());
  return std::unique_ptr<TerminalProcess>(std::move(terminal));
}

SandboxTerminal::~SandboxTerminal() {
  stop_.request_stop();
  if (thread_.joinable()) thread_.join();
}

Result<std::size_t> SandboxTerminal::write(std::string_view text) {
  if (text.empty()) return std::size_t{0};
  while (true) {
    const ssize_t written = ::write(keyboard_.get(), text.data(), text.size());
    if (written >= 0) return static_cast<std::size_t>(written);
    if (errno == EAGAIN) return std::size_t{0};
    if (errno != EINTR) return system_error("type at a terminal", errno);
  }
}

Result<void> SandboxTerminal::resize(TerminalSize size) { return set_size(keyboard_, size); }

}  // namespace coditect::tools
