#include "tools/sandbox/child_process.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include "base/check.h"

// glibc 2.36 declares these without a linkage of their own.
extern "C" {
#include <sys/pidfd.h>
}

namespace coditect::tools {

namespace {

// Above every number that a child gets, so that placing one never overwrites the next.
constexpr int kLiftedDescriptorMin = 64;

/// posix_spawn's two option objects. Their calls fail only for want of memory or a bad argument.
class SpawnOptions {
 public:
  SpawnOptions() {
    check(posix_spawnattr_init(&attributes_) == 0);
    check(posix_spawn_file_actions_init(&actions_) == 0);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    check(posix_spawnattr_setsigmask(&attributes_, &none) == 0);
    check(posix_spawnattr_setsigdefault(&attributes_, &all) == 0);
    check(posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK |
                                                     POSIX_SPAWN_SETSIGDEF) == 0);
  }
  SpawnOptions(const SpawnOptions&) = delete;
  SpawnOptions& operator=(const SpawnOptions&) = delete;
  ~SpawnOptions() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }

  void place(int descriptor, int as) {
    check(posix_spawn_file_actions_adddup2(&actions_, descriptor, as) == 0);
  }
  void close(int descriptor) {
    check(posix_spawn_file_actions_addclose(&actions_, descriptor) == 0);
  }
  void close_from(int first) {
    check(posix_spawn_file_actions_addclosefrom_np(&actions_, first) == 0);
  }
  const posix_spawnattr_t* attributes() const { return &attributes_; }
  const posix_spawn_file_actions_t* actions() const { return &actions_; }

 private:
  posix_spawnattr_t attributes_;
  posix_spawn_file_actions_t actions_;
};

/// The fourth field of /proc/PID/stat; -1 when there is no such process.
pid_t parent_of(pid_t pid) {
  auto stat = open_file("/proc/" + std::to_string(pid) + "/stat", O_RDONLY);
  if (!stat) return -1;
  char buffer[512];
  const ssize_t size = ::read(stat->get(), buffer, sizeof buffer - 1);
  if (size <= 0) return -1;
  const std::string_view text(buffer, static_cast<std::size_t>(size));
  // The second field, the name, may hold anything but ends at the last parenthesis.
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string_view::npos) return -1;
  const std::string rest(text.substr(name_end + 1));
  char state = 0;
  int parent = -1;
  return std::sscanf(rest.c_str(), " %c %d", &state, &parent) == 2 ? parent : -1;
}

}  // namespace

Result<ChildProcess> ChildProcess::spawn(const std::filesystem::path& program,
                                         const std::vector<std::string>& argv,
                                         std::span<const int> descriptors) {
  check(descriptors.size() < kLiftedDescriptorMin);
  SpawnOptions options;
  std::vector<FileDescriptor> lifted;
  for (std::size_t place = 0; place < descriptors.size(); ++place) {
    if (descriptors[place] < 0) {
      options.close(static_cast<int>(place));
      continue;
    }
    FileDescriptor copy(::fcntl(descriptors[place], F_DUPFD_CLOEXEC, kLiftedDescriptorMin));
    if (!copy.open()) return system_error("duplicate a descriptor", errno);
    options.place(copy.get(), static_cast<int>(place));
    lifted.push_back(std::move(copy));
  }
  options.close_from(static_cast<int>(descriptors.size()));

  std::vector<std::string> arguments = argv;
  std::vector<char*> pointers;
  pointers.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  char* no_environment[] = {nullptr};
  pid_t pid = -1;
  const int failed = ::posix_spawn(&pid, program.c_str(), options.actions(), options.attributes(),
                                   pointers.data(), no_environment);
  if (failed != 0) return system_error("start " + program.string(), failed);
  FileDescriptor pidfd(::pidfd_open(pid, 0));
  if (!pidfd.open()) {
    const Error error = system_error("pidfd_open", errno);
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return error;
  }
  return ChildProcess(pid, std::move(pidfd));
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), pidfd_(std::move(other.pidfd_)) {}

ChildProcess::~ChildProcess() {
  if (pid_ < 0) return;
  kill();
  reap();
}

void ChildProcess::kill() { kill_process(pidfd_); }

int ChildProcess::reap() {
  check(pid_ > 0, "a child is reaped once");
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0) check(errno == EINTR, "somebody else reaped our child");
  pid_ = -1;
  return status;
}

FileDescriptor open_child_of(pid_t parent, pid_t pid) {
  FileDescriptor pidfd(::pidfd_open(pid, 0));
  // Looked at after the handle is taken: what has this parent now cannot have replaced the child.
  if (pidfd.open() && parent_of(pid) != parent) return FileDescriptor();
  return pidfd;
}

void kill_process(const FileDescriptor& pidfd) {
  if (pidfd.open() && ::pidfd_send_signal(pidfd.get(), SIGKILL, nullptr, 0) != 0) {
    check(errno == ESRCH || errno == EPERM, "pidfd_send_signal");
  }
}

void reap_orphan(const FileDescriptor& pidfd) {
  if (!pidfd.open()) return;
  siginfo_t ended;
  const int result = ::waitid(P_PIDFD, static_cast<id_t>(pidfd.get()), &ended, WEXITED | WNOHANG);
  check(result == 0 || errno == ECHILD, "waitid");  // ECHILD: somebody else's, who reaps it
}

}  // namespace coditect::tools
