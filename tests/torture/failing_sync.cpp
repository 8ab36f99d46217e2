// Loaded before the C library (LD_PRELOAD): while the file that TORTURE_FAIL_SYNC names is there,
// every fsync and fdatasync of a journal's file fails with EIO, as those of a dying drive do.
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

namespace {

bool must_fail(int fd) {
  const char* switch_file = getenv("TORTURE_FAIL_SYNC");
  if (switch_file == nullptr || access(switch_file, F_OK) != 0) return false;
  char link[64];
  char path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return false;
  path[length] = '\0';
  return strstr(path, "/node/journal/") != nullptr;
}

int sync_with(const char* name, int fd) {
  if (must_fail(fd)) {
    errno = EIO;
    return -1;
  }
  auto* const real = reinterpret_cast<int (*)(int)>(dlsym(RTLD_NEXT, name));
  return real(fd);
}

}  // namespace

extern "C" {

__attribute__((visibility("default"))) int fsync(int fd) { return sync_with("fsync", fd); }
__attribute__((visibility("default"))) int fdatasync(int fd) { return sync_with("fdatasync", fd); }

}  // extern "C"
