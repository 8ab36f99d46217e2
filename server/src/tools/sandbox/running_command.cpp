#include "tools/sandbox/running_command.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <stop_token>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "base/check.h"
#include "base/json.h"
#include "tools/sandbox/bubblewrap_arguments.h"
#include "tools/sandbox/guard_limits.h"
#include "tools/sandbox/inner_listener.h"

namespace coditect::tools {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

/// A descriptor that becomes readable when a stop is asked for.
class StopEvent {
 public:
  explicit StopEvent(std::stop_token stop)
      : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        callback_(std::move(stop), Wake{event_}) {}

  int get() const { return event_.get(); }
  bool open() const { return event_.open(); }

 private:
  struct Wake {
    const FileDescriptor& event;
    void operator()() const {
      const std::uint64_t one = 1;
      // Fails only when the counter is already at its maximum, which is as readable as can be.
      [[maybe_unused]] const ssize_t written = ::write(event.get(), &one, sizeof one);
    }
  };

  FileDescriptor event_;
  std::stop_callback<Wake> callback_;
};

int poll_timeout(steady_clock::time_point deadline) {
  const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

bool wait_readable(int descriptor, steady_clock::time_point deadline) {
  while (true) {
    pollfd wanted{descriptor, POLLIN, 0};
    const int ready = ::poll(&wanted, 1, poll_timeout(deadline));
    if (ready > 0) return true;
    if (ready == 0 && steady_clock::now() >= deadline) return false;
    check(ready == 0 || errno == EINTR, "poll");
  }
}

Result<void> set_limit(pid_t pid, __rlimit_resource resource, std::size_t value) {
  const rlimit limit{value, value};
  if (::prlimit(pid, resource, &limit, nullptr) != 0) return system_error("prlimit", errno);
  return {};
}

}  // namespace

Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return system_error("pipe2", errno);
  return Pipe{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

Result<Pipe> make_socket_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return system_error("socketpair", errno);
  }
  return Pipe{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

RunningCommand::RunningCommand(const CommandSpec& spec, Cgroup& cgroup, Parts parts)
    : spec_(spec), cgroup_(cgroup), parts_(std::move(parts)), output_(spec.limits.output_bytes) {
  check(::fcntl(parts_.output.get(), F_SETFL, O_NONBLOCK) == 0);
  check(::fcntl(parts_.status.get(), F_SETFL, O_NONBLOCK) == 0);
  if (parts_.ready.open()) check(::fcntl(parts_.ready.get(), F_SETFL, O_NONBLOCK) == 0);
  if (!spec_.secrets.empty()) mask_.emplace(spec_.secrets);
}

Result<CommandResult> RunningCommand::follow() {
  const StopEvent stop(spec_.stop);
  if (!stop.open()) return system_error("eventfd", errno);
  const Deadline start_deadline = started_ + limits::kCommandStartMax;
  CommandEnd end = CommandEnd::kExited;
  Result<void> fault;
  while (!wait_for_progress(next_deadline(start_deadline), stop.get())) {
    fault = read_status();
    if (fault) fault = guard_paths();
    if (!fault) break;
    const Deadline now = steady_clock::now();
    if (!admitted_ && now >= start_deadline) {
      fault = unavailable("the sandbox did not start in time");
      break;
    }
    if (spec_.stop.stop_requested()) end = CommandEnd::kStopped;
    // A command that has not started yet has an init whose number is still to come: only with it
    // can everything be ended for certain.
    if (admitted_ && end == CommandEnd::kExited && now >= deadline_) end = CommandEnd::kTimedOut;
    if (end == CommandEnd::kExited && disk_is_full(now)) end = CommandEnd::kDiskLimit;
    if (end != CommandEnd::kExited && init_pid_ > 0) break;
  }
  if (fault) fault = read_status();
  Result<void> ended = terminate();
  if (!ended) return std::move(ended).error();
  const int wait_status = parts_.bubblewrap.reap();
  reap_orphan(init_);
  if (!fault) return std::move(fault).error();
  return result(end, wait_status);
}

RunningCommand::Deadline RunningCommand::next_deadline(Deadline start) const {
  Deadline next = std::min(admitted_ ? deadline_ : start, next_disk_check_);
  const bool held_back = guard_ && next_guard_ > steady_clock::now();
  return held_back ? std::min(next, next_guard_) : next;
}

int RunningCommand::guard_event() const {
  return guard_ && steady_clock::now() >= next_guard_ ? parts_.read_only->changed() : -1;
}

bool RunningCommand::wait_for_progress(Deadline deadline, int stop) {
  // Once a stop is asked for its descriptor stays readable; it would make this a busy loop.
  const int watched_stop = spec_.stop.stop_requested() ? -1 : stop;
  pollfd wanted[] = {{parts_.bubblewrap.pidfd(), POLLIN, 0}, {parts_.output.get(), POLLIN, 0},
                     {parts_.status.get(), POLLIN, 0},       {watched_stop, POLLIN, 0},
                     {parts_.ready.get(), POLLIN, 0},        {guard_event(), POLLIN, 0}};
  if (::poll(wanted, std::size(wanted), poll_timeout(deadline)) < 0) {
    check(errno == EINTR, "poll");
    return false;
  }
  if (wanted[1].revents != 0) read_output();
  return wanted[0].revents != 0;
}

void RunningCommand::read_output() {
  char buffer[64 << 10];
  // One turn reads a bounded amount, so that a flood cannot keep the deadline from being seen.
  for (int turn = 0; turn < 16 && parts_.output.open(); ++turn) {
    const ssize_t size = ::read(parts_.output.get(), buffer, sizeof buffer);
    if (size > 0) {
      const std::string_view chunk(buffer, static_cast<std::size_t>(size));
      hear(mask_ ? std::string_view(mask_->take(chunk)) : chunk);
    } else if (size == 0 || errno == EIO) {
      // Every writer has closed it, which a pseudo-terminal calls EIO; poll ignores -1.
      parts_.output = FileDescriptor();
    } else {
      check(errno == EAGAIN || errno == EINTR, "read the command's output");
      if (errno == EAGAIN) return;
    }
  }
}

void RunningCommand::hear(std::string_view chunk) {
  output_.append(chunk);
  if (spec_.on_output && !chunk.empty()) spec_.on_output(chunk);
}

Result<void> RunningCommand::read_status() {
  char buffer[1024];
  while (parts_.status.open()) {
    const ssize_t size = ::read(parts_.status.get(), buffer, sizeof buffer);
    if (size > 0) {
      status_.append(buffer, static_cast<std::size_t>(size));
    } else if (size == 0) {
      parts_.status = FileDescriptor();
    } else if (errno == EAGAIN) {
      break;
    } else {
      check(errno == EINTR, "read the sandbox's status");
    }
  }
  for (std::size_t end; (end = status_.find('\n')) != std::string::npos;) {
    TRY(const json::object report, parse_json_object(status_.substr(0, end)));
    status_.erase(0, end + 1);
    if (const auto pid = find_int(report, "child-pid")) init_pid_ = static_cast<pid_t>(*pid);
    if (const auto code = find_int(report, "exit-code")) exit_code_ = static_cast<int>(*code);
  }
  if (init_pid_ > 0 && !admitted_ && !spec_.stop.stop_requested()) return admit();
  return {};
}

Result<void> RunningCommand::admit() {
  admitted_ = true;
  deadline_ = steady_clock::now() + spec_.limits.time;
  init_ = open_child_of(parts_.bubblewrap.pid(), init_pid_);
  if (!init_.open()) return {};  // it failed already; bubblewrap's end follows and says why
  TRY_VOID(cgroup_.add(init_pid_));
  const CommandLimits& limits = spec_.limits;
  if (parts_.memory == MemoryLimit::kPerProcess) {
    // Not RLIMIT_AS: Node, Go and Java reserve far more addresses than they ever use.
    TRY_VOID(set_limit(init_pid_, RLIMIT_DATA, limits.memory_bytes));
  }
  TRY_VOID(set_limit(init_pid_, RLIMIT_NPROC, limits.processes));
  const std::uint64_t file_bytes = std::min<std::uint64_t>(limits.file_bytes, limits.written_bytes);
  TRY_VOID(set_limit(init_pid_, RLIMIT_FSIZE, file_bytes));
  TRY_VOID(set_limit(init_pid_, RLIMIT_NOFILE, limits.open_files));
  TRY_VOID(set_limit(init_pid_, RLIMIT_CORE, 0));
  // Per process, so a parallel one may use every core until the time limit ends it anyway.
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(limits.time).count() + 1;
  TRY_VOID(set_limit(
      init_pid_, RLIMIT_CPU,
      static_cast<std::size_t>(seconds) * std::max(1u, std::thread::hardware_concurrency())));
  if (spec_.access == ProjectAccess::kReadWrite) {
    disk_.emplace(spec_.project_root,
                  DiskWatch::Limits{limits.written_bytes, limits.written_files,
                                    limits.project_bytes, disk_reserve(spec_.project_root)});
    next_disk_check_ = steady_clock::now() + coditect::limits::kDiskCheckPeriod;
  }
  if (::write(parts_.gate.get(), "g", 1) != 1) return system_error("open the gate", errno);
  return {};
}

bool RunningCommand::disk_is_full(Deadline now) {
  if (!disk_ || now < next_disk_check_) return false;
  disk_limit_ = disk_->check().value_or("");
  next_disk_check_ = steady_clock::now() + limits::kDiskCheckPeriod;
  return !disk_limit_.empty();
}

Result<void> RunningCommand::guard_paths() {
  if (parts_.ready.open()) {
    char byte = 0;
    const ssize_t size = ::read(parts_.ready.get(), &byte, 1);
    if (size < 0) {
      check(errno == EAGAIN || errno == EINTR, "read whether a sandbox is ready");
      return {};
    }
    if (size == 1 && init_.open()) {
      TRY_VOID(prepare());
      if (::write(parts_.ready.get(), "g\n", 2) != 2) return system_error("start a command", errno);
    }
    parts_.ready = FileDescriptor();  // it ended before it stood: bubblewrap says why
    return {};
  }
  pollfd changed{guard_event(), POLLIN, 0};
  if (::poll(&changed, 1, 0) != 1) return {};
  next_guard_ = steady_clock::now() + limits::kGuardPause;
  Result<void> applied = guard_->apply(parts_.read_only->take());
  if (applied) return applied;
  // A path may be locked at the moment at which the command ends: its sandbox is not there to be
  // entered any more, nothing in it writes, and its result follows.
  const bool left = applied.error().code == Errc::kNotFound;
  return left || wait_readable(init_.get(), steady_clock::now()) ? Result<void>{} : applied;
}

Result<void> RunningCommand::prepare() {
  if (parts_.gateway != nullptr) {
    TRY(FileDescriptor listener, listen_inside(init_pid_, kSandboxProxyPort));
    TRY(door_, parts_.gateway->open(std::move(listener)));
  }
  for (const InnerDoor& door : spec_.doors) {
    TRY(FileDescriptor listener, listen_inside(init_pid_, door.port));
    TRY_VOID(door.open(std::move(listener)));
  }
  if (!parts_.read_only) return {};
  guard_.emplace(init_pid_);
  return guard_->apply(parts_.read_only->take());
}

Result<void> RunningCommand::terminate() {
  const Deadline deadline = steady_clock::now() + limits::kCommandKillMax;
  if (!init_.open() && init_pid_ > 0) init_ = open_child_of(parts_.bubblewrap.pid(), init_pid_);
  kill_process(init_);
  parts_.bubblewrap.kill();
  const bool init_gone = !init_.open() || wait_readable(init_.get(), deadline);
  if (!init_gone || !wait_readable(parts_.bubblewrap.pidfd(), deadline)) {
    return internal("a command could not be ended",
                    "a process hangs in the kernel, most likely at a broken disk or mount");
  }
  // Everybody who could write is gone, so this ends with what they wrote last.
  while (parts_.output.open() && wait_readable(parts_.output.get(), deadline)) read_output();
  if (mask_) hear(mask_->finish());
  return {};
}

Result<CommandResult> RunningCommand::result(CommandEnd end, int wait_status) {
  CommandResult result;
  result.end = end;
  result.output = output_.text();
  result.output_bytes = output_.total_bytes();
  result.truncated = output_.truncated();
  result.memory_bytes_max = spec_.limits.memory_bytes;
  result.disk_limit = disk_limit_;
  if (door_) result.visits = door_->visits();
  for (Visit& visit : result.visits) {
    if (mask_) visit.host = mask_->masked_name(visit.host);
  }
  result.out_of_memory = cgroup_.out_of_memory_kills() > 0;
  result.elapsed = std::chrono::duration_cast<milliseconds>(steady_clock::now() - started_);
  if (end != CommandEnd::kExited) {
    result.signal = SIGKILL;
    result.exit_code = 128 + SIGKILL;
    return result;
  }
  if (!exit_code_ && !result.out_of_memory) {
    // bubblewrap reports no exit code when it could not get as far as the command.
    return unavailable("the sandbox could not run the command: " + result.output,
                       "bubblewrap ended with status " + std::to_string(wait_status));
  }
  result.exit_code = exit_code_.value_or(128 + SIGKILL);
  if (result.exit_code > 128 && result.exit_code <= 128 + SIGRTMAX) {
    result.signal = result.exit_code - 128;
  }
  return result;
}

}  // namespace coditect::tools
