#include "tools/sandbox/sandbox.h"

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>

#include "tools/sandbox/running_command.h"
#include "tools/sandbox/sandbox_process.h"
#include "tools/sandbox/sandbox_terminal.h"
#include "tools/sandbox/seccomp_filter.h"

namespace coditect::tools {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kHint =
    "install bubblewrap and allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, "
    "user.max_user_namespaces > 0; in a container: an outer seccomp profile that lets unshare "
    "through)";

CommandLimits at_most(CommandLimits asked, const CommandLimits& most) {
  const auto cut = [](auto& value, const auto& bound) { value = std::min(value, bound); };
  cut(asked.time, most.time);
  cut(asked.memory_bytes, most.memory_bytes);
  cut(asked.processes, most.processes);
  cut(asked.file_bytes, most.file_bytes);
  cut(asked.open_files, most.open_files);
  cut(asked.scratch_bytes, most.scratch_bytes);
  cut(asked.output_bytes, most.output_bytes);
  cut(asked.written_bytes, most.written_bytes);
  cut(asked.written_files, most.written_files);
  cut(asked.project_bytes, most.project_bytes);
  cut(asked.cores, most.cores);
  return asked;
}

std::string mebibytes(std::uint64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

std::string describe(const Cgroups& cgroups, const CommandLimits& most) {
  std::string text =
      "bubblewrap: user, process, network, IPC and name namespaces, no "
      "capabilities, seccomp filter; ";
  text += cgroups.description();
  text += cgroups.limits_memory() ? "" : "; memory limited per process only";
  if (!cgroups.limits_processes()) {
    // The kernel exempts its root user from RLIMIT_NPROC, also inside a user namespace.
    text += ::getuid() == 0 ? "; NUMBER OF PROCESSES NOT LIMITED (server runs as root)"
                            : "; processes limited by RLIMIT_NPROC";
  }
  if (!cgroups.limits_cores()) text += "; cores not limited";
  text += "; a command at most: memory " + mebibytes(most.memory_bytes) + ", processes " +
          std::to_string(most.processes) + ", cores " + std::to_string(most.cores) + ", written " +
          mebibytes(most.written_bytes) + "; a project at most " + mebibytes(most.project_bytes);
  return text;
}

Result<void> check_variable(const std::string& name) {
  if (!name.empty() && !name.contains('=') && !name.starts_with("LD_")) return {};
  return invalid("the variable '" + name + "' cannot be set");
}

Result<void> validate(const CommandSpec& spec) {
  if (spec.argv.empty()) return invalid("there is no command to run");
  for (const std::string& argument : spec.argv) {
    if (argument.find('\0') != std::string::npos) return invalid("a command cannot hold NUL");
    if (argument.size() > limits::kCommandBytesMax) {
      return invalid("the command is too long", "write it to a script file and run that");
    }
  }
  if (!spec.project_root.is_absolute()) return invalid("the project folder is not absolute");
  for (const fs::path& folder : spec.programs) {
    if (!folder.is_absolute()) return invalid("the folder of a program is not absolute");
  }
  const fs::path folder(spec.working_directory);
  if (folder.is_absolute()) return invalid("the working directory is not in the project");
  for (const fs::path& part : folder) {
    if (part == "..") return invalid("the working directory is not in the project");
  }
  for (const auto& [name, value] : spec.environment) TRY_VOID(check_variable(name));
  for (const Secret& secret : spec.secrets) {
    TRY_VOID(check_variable(secret.name));
    if (secret.value.contains('\0')) return invalid("a variable cannot hold NUL");
  }
  return {};
}

}  // namespace

Result<Sandbox::Files> Sandbox::make_files() {
  TRY(const std::string program, seccomp_filter());
  TRY(SharedBytes seccomp, SharedBytes::create("seccomp", program));
  TRY(SharedBytes passwd, SharedBytes::create("passwd", kPasswd));
  TRY(SharedBytes group, SharedBytes::create("group", kGroup));
  TRY(SharedBytes hosts, SharedBytes::create("hosts", kHosts));
  return Files{std::move(seccomp), std::move(passwd), std::move(group), std::move(hosts)};
}

Result<std::unique_ptr<Sandbox>> Sandbox::create(SandboxOptions options) {
  auto files = make_files();
  if (!files) return std::move(files).error();
  std::unique_ptr<Sandbox> sandbox(new Sandbox(std::move(options), *std::move(files)));
  if (auto works = sandbox->probe(); !works) {
    Error error = std::move(works).error().in("the sandbox does not work");
    error.hint = kHint;
    return error;
  }
  return sandbox;
}

Sandbox::Sandbox(SandboxOptions options, Files files)
    : options_(std::move(options)),
      view_(SystemView::of_this_machine(options_.read_only)),
      files_(std::move(files)),
      cgroups_(Cgroups::detect()),
      description_(describe(cgroups_, options_.most)) {}

Result<void> Sandbox::probe() {
  CommandSpec spec{.argv = {"/bin/sh", "-c", "exit 7"}, .project_root = "/usr/share"};
  spec.access = ProjectAccess::kReadOnly;
  TRY(const CommandResult result, run(spec));
  if (result.end != CommandEnd::kExited || result.exit_code != 7) {
    return unavailable("a command that exits with 7 exited with " +
                       std::to_string(result.exit_code));
  }
  TRY(spec.read_only, ReadOnlyPaths::create({""}));
  if (const auto guarded = run(spec); !guarded) {
    guards_paths_ = false;
    description_ += "; FILES THAT OTHERS HAVE LOCKED ARE ONLY PUT BACK, NOT HELD FAST (" +
                    guarded.error().message + ")";
  }
  spec.read_only = nullptr;
  return probe_network(std::move(spec));
}

Result<void> Sandbox::probe_network(CommandSpec spec) {
  if (options_.gateway == nullptr) {
    description_ += "; no network";
    return {};
  }
  gateway_ = options_.gateway;
  spec.network = Network::kAllowList;
  spec.argv = {"/bin/bash", "-c",
               "exec 3<>/dev/tcp/127.0.0.1/" + std::to_string(kSandboxProxyPort)};
  const auto tried = run(spec);
  if (tried && tried->exit_code == 0) {
    description_ += "; network through the proxy only, to " + gateway_->allowed().text();
    return {};
  }
  gateway_ = nullptr;
  const std::string why =
      tried ? "the proxy is not there: " + tried->output : tried.error().message;
  description_ += "; NO NETWORK THOUGH HOSTS ARE ALLOWED (" + why + ")";
  return {};
}

Result<CommandSpec> Sandbox::confine(const CommandSpec& spec) const {
  TRY_VOID(validate(spec));
  CommandSpec confined = spec;
  if (!guards_paths_) confined.read_only = nullptr;
  if (gateway_ == nullptr) confined.network = Network::kNone;
  std::error_code error;
  confined.project_root = fs::canonical(spec.project_root, error);
  if (error) return not_found("the project folder " + spec.project_root.string() + " is not there");
  return confined;
}

Result<CommandResult> Sandbox::run(const CommandSpec& asked) {
  CommandSpec spec = asked;
  spec.limits = at_most(asked.limits, options_.most);
  TRY(FileDescriptor null, open_file("/dev/null", O_RDONLY));
  TRY(Pipe output, make_pipe());
  Streams streams{std::move(null), std::move(output.write), std::move(output.read)};
  TRY(Launched launched, launch(spec, std::move(streams)));
  RunningCommand running(spec, launched.cgroup, std::move(launched.parts));
  return running.follow();
}

Result<std::unique_ptr<TerminalProcess>> Sandbox::start(TerminalSpec spec) {
  auto launch_here = [this](const CommandSpec& command, Streams streams) {
    return launch(command, std::move(streams));
  };
  return SandboxTerminal::start(std::move(spec), launch_here,
                                at_most({.time = limits::kTerminalTimeMax}, options_.most));
}

Result<std::unique_ptr<PipedProcess>> Sandbox::start(PipedSpec spec) {
  auto launch_here = [this](const CommandSpec& command, Streams streams) {
    return launch(command, std::move(streams));
  };
  return SandboxProcess::start(std::move(spec), launch_here,
                               at_most({.time = limits::kTerminalTimeMax}, options_.most));
}

Result<Launched> Sandbox::launch(const CommandSpec& spec, Streams streams) {
  TRY(const CommandSpec confined, confine(spec));
  TRY(Cgroup cgroup, cgroups_.make(spec.limits));
  TRY(const FileDescriptor seccomp, files_.seccomp.open());
  TRY(const FileDescriptor passwd, files_.passwd.open());
  TRY(const FileDescriptor group, files_.group.open());
  TRY(const FileDescriptor hosts, files_.hosts.open());
  TRY(Pipe status, make_pipe());
  TRY(Pipe gate, make_pipe());
  Pipe ready;
  if (waits(confined)) {
    TRY(ready, make_socket_pair());
  }
  FileDescriptor secrets;
  if (!confined.secrets.empty()) {
    TRY(const SharedBytes arguments,
        SharedBytes::create("variables", secret_arguments(confined.secrets)));
    TRY(secrets, arguments.open());
  }
  const FileDescriptor& answers = streams.answers.open() ? streams.answers : streams.output;
  int descriptors[kDescriptorCount] = {streams.input.get(), answers.get(), streams.output.get()};
  descriptors[kSeccompDescriptor] = seccomp.get();
  descriptors[kStatusDescriptor] = status.write.get();
  descriptors[kGateDescriptor] = gate.read.get();
  descriptors[kPasswdDescriptor] = passwd.get();
  descriptors[kGroupDescriptor] = group.get();
  descriptors[kHostsDescriptor] = hosts.get();
  descriptors[kReadyDescriptor] = ready.write.get();
  descriptors[kSecretsDescriptor] = secrets.get();
  TRY(ChildProcess bubblewrap,
      ChildProcess::spawn(options_.bubblewrap, bubblewrap_arguments(view_, confined), descriptors));
  // The command's own ends are closed on return, so that reading ends when the last process inside
  // has closed its own.
  const auto memory = cgroups_.limits_memory() ? MemoryLimit::kByCgroup : MemoryLimit::kPerProcess;
  RunningCommand::Parts parts{std::move(bubblewrap),
                              std::move(streams.ours),
                              std::move(status.read),
                              std::move(gate.write),
                              std::move(ready.read),
                              memory,
                              confined.network == Network::kAllowList ? gateway_ : nullptr,
                              confined.read_only};
  return Launched{std::move(cgroup), std::move(parts)};
}

}  // namespace coditect::tools
