// Loaded before the C library (LD_PRELOAD): the wall clock is off by as many seconds as the file
// says that TORTURE_CLOCK names. The monotonic clock goes on as it does.
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

namespace {

/// The file, as another process changes it: a 64-bit number; null without one.
const volatile long* shift() {
  static const volatile long* const seconds = [] {
    const char* file = getenv("TORTURE_CLOCK");
    const int fd = file == nullptr ? -1 : open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return static_cast<const volatile long*>(nullptr);
    void* const mapped = mmap(nullptr, sizeof(long), PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    return mapped == MAP_FAILED ? nullptr : static_cast<const volatile long*>(mapped);
  }();
  return seconds;
}

long shift_now() { return shift() == nullptr ? 0 : *shift(); }

}  // namespace

extern "C" {

__attribute__((visibility("default"))) int clock_gettime(clockid_t clock, timespec* now) {
  static auto* const real =
      reinterpret_cast<decltype(&::clock_gettime)>(dlsym(RTLD_NEXT, "clock_gettime"));
  const int result = real(clock, now);
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) now->tv_sec += shift_now();
  return result;
}
__attribute__((visibility("default"))) int gettimeofday(timeval* now, void* zone) {
  static auto* const real =
      reinterpret_cast<int (*)(timeval*, void*)>(dlsym(RTLD_NEXT, "gettimeofday"));
  const int result = real(now, zone);
  now->tv_sec += shift_now();
  return result;
}
__attribute__((visibility("default"))) time_t time(time_t* out) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}

}  // extern "C"
