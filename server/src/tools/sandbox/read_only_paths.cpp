#include "tools/sandbox/read_only_paths.h"

#include <cerrno>
#include <cstdint>
#include <sys/eventfd.h>
#include <unistd.h>

namespace coditect::tools {

Result<std::shared_ptr<ReadOnlyPaths>> ReadOnlyPaths::create(std::vector<std::string> paths) {
  FileDescriptor event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!event.open()) return system_error("eventfd", errno);
  return std::shared_ptr<ReadOnlyPaths>(new ReadOnlyPaths(std::move(event), std::move(paths)));
}

void ReadOnlyPaths::set(std::vector<std::string> paths) {
  const std::scoped_lock hold(mutex_);
  paths_ = std::move(paths);
  const std::uint64_t one = 1;
  // Fails only when the counter is at its maximum, which is as readable as can be.
  [[maybe_unused]] const ssize_t written = ::write(event_.get(), &one, sizeof one);
}

std::vector<std::string> ReadOnlyPaths::take() {
  const std::scoped_lock hold(mutex_);
  std::uint64_t count = 0;
  // Fails only when nothing was set since, and then the paths are those that were taken before.
  [[maybe_unused]] const ssize_t size = ::read(event_.get(), &count, sizeof count);
  return paths_;
}

}  // namespace coditect::tools
