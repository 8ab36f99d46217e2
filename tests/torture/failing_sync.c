/* Loaded before the C library (LD_PRELOAD): while the file that TORTURE_FAIL_SYNC names is there,
 * every fsync and fdatasync of a journal's file fails with EIO, as those of a dying drive do. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int must_fail(int fd) {
  const char* switch_file = getenv("TORTURE_FAIL_SYNC");
  if (switch_file == NULL || access(switch_file, F_OK) != 0) return 0;
  char link[64];
  char path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = '\0';
  return strstr(path, "/node/journal/") != NULL;
}

static int sync_with(const char* name, int fd) {
  if (must_fail(fd)) {
    errno = EIO;
    return -1;
  }
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  return real(fd);
}

int fsync(int fd) { return sync_with("fsync", fd); }
int fdatasync(int fd) { return sync_with("fdatasync", fd); }
