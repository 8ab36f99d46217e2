#include "tools/sandbox/inner_listener.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <netinet/in.h>
#include <sched.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"

namespace coditect::tools {

namespace {

constexpr int kBacklog = 128;

/// A message that carries one descriptor and one byte.
struct Parcel {
  char byte = 'd';
  iovec bytes{&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  Parcel() {
    message.msg_iov = &bytes;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
  }
};

struct Place {
  int user_namespace;
  int network_namespace;
  int answer;  ///< the socket that the listener is sent through
  std::uint16_t port;
};

// What follows runs in a child of a process with many threads: system calls only, no allocation,
// no lock. An error number, 0 for none.

int work_inside(const Place& place) {
  if (::setns(place.user_namespace, CLONE_NEWUSER) != 0) return errno;
  if (::setns(place.network_namespace, CLONE_NEWNET) != 0) return errno;
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0) return errno;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(place.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return errno;
  }
  if (::listen(listener, kBacklog) != 0) return errno;
  Parcel parcel;
  cmsghdr* header = CMSG_FIRSTHDR(&parcel.message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(header), &listener, sizeof listener);
  return ::sendmsg(place.answer, &parcel.message, MSG_NOSIGNAL) == 1 ? 0 : errno;
}

Error refused(int error_number) {
  Error error = system_error("open a way out of the sandbox", error_number);
  error.code = Errc::kUnavailable;
  return error;
}

Result<FileDescriptor> receive(int socket) {
  Parcel parcel;
  while (::recvmsg(socket, &parcel.message, MSG_CMSG_CLOEXEC) < 0) {
    if (errno != EINTR) return refused(errno);
  }
  const cmsghdr* header = CMSG_FIRSTHDR(&parcel.message);
  const bool whole = header != nullptr && header->cmsg_type == SCM_RIGHTS &&
                     header->cmsg_len == CMSG_LEN(sizeof(int));
  if (!whole) return refused(EPROTO);
  int descriptor = -1;
  std::memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
  return FileDescriptor(descriptor);
}

}  // namespace

Result<FileDescriptor> listen_inside(pid_t init, std::uint16_t port) {
  TRY(const FileDescriptor network,
      open_file("/proc/" + std::to_string(init) + "/ns/net", O_RDONLY));
  const FileDescriptor owner(::ioctl(network.get(), NS_GET_USERNS));
  if (!owner.open()) return refused(errno);
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return refused(errno);
  const FileDescriptor ours(ends[0]), theirs(ends[1]);
  const Place place{owner.get(), network.get(), theirs.get(), port};
  const pid_t child = ::fork();
  if (child < 0) return refused(errno);
  if (child == 0) ::_exit(work_inside(place));
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) check(errno == EINTR, "somebody else reaped our child");
  if (!WIFEXITED(status)) return refused(EIO);
  if (WEXITSTATUS(status) != 0) return refused(WEXITSTATUS(status));
  return receive(ours.get());
}

}  // namespace coditect::tools
