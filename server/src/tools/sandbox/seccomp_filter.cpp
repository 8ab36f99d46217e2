#include "tools/sandbox/seccomp_filter.h"

#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <memory>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/posix_file.h"

namespace coditect::tools {

namespace {

// From linux/sched.h, which cannot be included beside sched.h.
constexpr std::uint64_t kNewNamespaces = 0x7E020000;  // CLONE_NEW{NS,CGROUP,UTS,IPC,USER,PID,NET}
constexpr std::uint64_t kSetIdBits = S_ISUID | S_ISGID;

/// Adds rules to one filter and remembers the first failure.
class Rules {
 public:
  explicit Rules(scmp_filter_ctx filter) : filter_(filter) {}

  void refuse(int error_number, int call) {
    note(seccomp_rule_add(filter_, SCMP_ACT_ERRNO(static_cast<std::uint16_t>(error_number)), call,
                          0));
  }
  void refuse_when(int error_number, int call, scmp_arg_cmp condition) {
    note(seccomp_rule_add(filter_, SCMP_ACT_ERRNO(static_cast<std::uint16_t>(error_number)), call,
                          1, condition));
  }
  /// Refuses `call` when any of `bits` is set in its argument.
  void refuse_bits(int call, unsigned argument, std::uint64_t bits) {
    for (std::uint64_t bit = 1; bit != 0; bit <<= 1) {
      if ((bits & bit) == 0) continue;
      refuse_when(EPERM, call, scmp_arg_cmp{argument, SCMP_CMP_MASKED_EQ, bit, bit});
    }
  }
  int first_error() const { return first_error_; }

 private:
  void note(int result) {
    if (result < 0 && first_error_ == 0) first_error_ = -result;
  }

  scmp_filter_ctx filter_;
  int first_error_ = 0;
};

void refuse_privileged_calls(Rules& rules) {
  const int calls[] = {SCMP_SYS(mount),
                       SCMP_SYS(umount2),
                       SCMP_SYS(pivot_root),
                       SCMP_SYS(chroot),
                       SCMP_SYS(move_mount),
                       SCMP_SYS(open_tree),
                       SCMP_SYS(fsopen),
                       SCMP_SYS(fsconfig),
                       SCMP_SYS(fsmount),
                       SCMP_SYS(fspick),
                       SCMP_SYS(mount_setattr),
                       SCMP_SYS(unshare),
                       SCMP_SYS(setns),
                       SCMP_SYS(open_by_handle_at),
                       SCMP_SYS(kexec_load),
                       SCMP_SYS(kexec_file_load),
                       SCMP_SYS(reboot),
                       SCMP_SYS(init_module),
                       SCMP_SYS(finit_module),
                       SCMP_SYS(delete_module),
                       SCMP_SYS(bpf),
                       SCMP_SYS(perf_event_open),
                       SCMP_SYS(userfaultfd),
                       SCMP_SYS(keyctl),
                       SCMP_SYS(add_key),
                       SCMP_SYS(request_key),
                       SCMP_SYS(io_uring_setup),
                       SCMP_SYS(io_uring_enter),
                       SCMP_SYS(io_uring_register),
                       SCMP_SYS(swapon),
                       SCMP_SYS(swapoff),
                       SCMP_SYS(acct),
                       SCMP_SYS(quotactl),
                       SCMP_SYS(syslog),
                       SCMP_SYS(iopl),
                       SCMP_SYS(ioperm),
                       SCMP_SYS(settimeofday),
                       SCMP_SYS(clock_settime),
                       SCMP_SYS(sethostname),
                       SCMP_SYS(setdomainname),
                       SCMP_SYS(fanotify_init),
                       SCMP_SYS(vhangup)};
  for (const int call : calls) rules.refuse(EPERM, call);
  // clone3 hides its flags behind a pointer; C libraries fall back to clone on ENOSYS.
  rules.refuse(ENOSYS, SCMP_SYS(clone3));
  rules.refuse_bits(SCMP_SYS(clone), 0, kNewNamespaces);
  rules.refuse_when(EPERM, SCMP_SYS(ioctl),
                    scmp_arg_cmp{1, SCMP_CMP_MASKED_EQ, 0xFFFFFFFFu, TIOCSTI});
  rules.refuse_when(EPERM, SCMP_SYS(ioctl),
                    scmp_arg_cmp{1, SCMP_CMP_MASKED_EQ, 0xFFFFFFFFu, TIOCLINUX});
}

void refuse_set_id_files(Rules& rules) {
  rules.refuse_bits(SCMP_SYS(chmod), 1, kSetIdBits);
  rules.refuse_bits(SCMP_SYS(fchmod), 1, kSetIdBits);
  rules.refuse_bits(SCMP_SYS(fchmodat), 2, kSetIdBits);
  rules.refuse_bits(SCMP_SYS(creat), 1, kSetIdBits);
  rules.refuse_bits(SCMP_SYS(mknod), 1, kSetIdBits);
  rules.refuse_bits(SCMP_SYS(mknodat), 2, kSetIdBits);
  // The mode counts only where a file is created, but nobody passes these bits otherwise.
  rules.refuse_bits(SCMP_SYS(open), 2, kSetIdBits);
  rules.refuse_bits(SCMP_SYS(openat), 3, kSetIdBits);
  // These hide or extend what is checked above; programs fall back on ENOSYS. fchmodat2 is 452 on
  // every architecture and younger than the library's table of names.
  rules.refuse(ENOSYS, SCMP_SYS(openat2));
  rules.refuse(ENOSYS, 452);
}

/// Network namespaces confine these families and no others (a virtual machine's vsock, for one).
void refuse_other_sockets(Rules& rules) {
  for (const int call : {SCMP_SYS(socket), SCMP_SYS(socketpair)}) {
    rules.refuse_when(EAFNOSUPPORT, call, scmp_arg_cmp{0, SCMP_CMP_EQ, AF_UNSPEC, 0});
    rules.refuse_when(EAFNOSUPPORT, call, scmp_arg_cmp{0, SCMP_CMP_GT, AF_NETLINK, 0});
    for (int family = AF_UNIX + 1; family < AF_NETLINK; ++family) {
      if (family == AF_INET || family == AF_INET6) continue;
      rules.refuse_when(EAFNOSUPPORT, call,
                        scmp_arg_cmp{0, SCMP_CMP_EQ, static_cast<std::uint64_t>(family), 0});
    }
  }
}

Result<std::string> read_program(scmp_filter_ctx filter) {
  FileDescriptor file(::memfd_create("seccomp", MFD_CLOEXEC));
  if (!file.open()) return system_error("memfd_create", errno);
  const int exported = seccomp_export_bpf(filter, file.get());
  if (exported < 0) return system_error("seccomp_export_bpf", -exported);
  TRY(const std::uint64_t size, file_size(file.get()));
  std::string program(size, '\0');
  TRY(const std::size_t read, read_at(file.get(), program, 0));
  program.resize(read);
  return program;
}

}  // namespace

Result<std::string> seccomp_filter() {
  const std::unique_ptr<void, void (*)(scmp_filter_ctx)> filter(seccomp_init(SCMP_ACT_ALLOW),
                                                                seccomp_release);
  if (!filter) return internal("seccomp_init failed");
  // Another architecture's calls have other numbers, so none of them is let through.
  const int set = seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS));
  if (set < 0) return system_error("seccomp_attr_set", -set);
  Rules rules(filter.get());
  refuse_privileged_calls(rules);
  refuse_set_id_files(rules);
  refuse_other_sockets(rules);
  if (rules.first_error() != 0) return system_error("seccomp_rule_add", rules.first_error());
  return read_program(filter.get());
}

}  // namespace coditect::tools
