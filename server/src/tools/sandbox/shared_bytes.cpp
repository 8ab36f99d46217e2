#include "tools/sandbox/shared_bytes.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>

namespace coditect::tools {

Result<SharedBytes> SharedBytes::create(const std::string& name, std::string_view bytes) {
  FileDescriptor file(::memfd_create(name.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file.open()) return system_error("memfd_create", errno);
  TRY_VOID(write_all(file.get(), bytes, 0));
  if (::fcntl(file.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW) != 0) {
    return system_error("seal " + name, errno);
  }
  return SharedBytes(std::move(file));
}

Result<FileDescriptor> SharedBytes::open() const {
  return open_file("/proc/self/fd/" + std::to_string(file_.get()), O_RDONLY);
}

}  // namespace coditect::tools
