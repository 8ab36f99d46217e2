// Loaded before the C library (LD_PRELOAD): remembers what a loss of power may take back. For files
// below TORTURE_DISK it writes down, in the folder TORTURE_DISK_LOG, what each page and each name
// was before it was changed, and what was synced since. power_loss.mjs reads it after a kill -9.
//
// `ops` holds one line for each change, in order; its numbers are decimal, its names hexadecimal:
//   W inode page bytes at size  a page is about to change; it held `bytes`, kept in `pages` at `at`
//   Z inode size                the file is about to change its size, which was `size`
//   S inode through             its pages and size are durable as of the line at offset `through`
//   N folder name inode         a name was made
//   U folder name inode kind    a name was removed; the file is kept in `kept` under its inode
//   R folder name folder name inode kept-inode   moved; what it replaced is kept, 0 for nothing
//   X folder name folder name   two names were exchanged
//   D folder through            the folder's names are durable as of that line
//   A through                   everything is
//
#include <algorithm>
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <mutex>
#include <set>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utility>

namespace {

constexpr off_t kPageBytes = 4096;

/// The C library's own function: what this file calls must not come back to it.
#define REAL(name)                                                                              \
  ([] {                                                                                         \
    static auto* const function = reinterpret_cast<decltype(&::name)>(dlsym(RTLD_NEXT, #name)); \
    return function;                                                                            \
  }())

/// A name: the folder that holds it and what it is called there.
struct Name {
  std::string folder;  ///< its path
  std::string name;
  unsigned long folder_inode = 0;
};

class Recorder {
 public:
  Recorder() {
    const char* disk = getenv("TORTURE_DISK");
    const char* log = getenv("TORTURE_DISK_LOG");
    if (disk == nullptr || log == nullptr) return;
    root_ = std::string(disk) + "/";
    lies_ = getenv("TORTURE_DISK_LIES") != nullptr;
    kept_ = std::string(log) + "/kept/";
    const int flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC;
    ops_ = REAL(open)((std::string(log) + "/ops").c_str(), flags, 0600);
    pages_ = REAL(open)((std::string(log) + "/pages").c_str(), flags, 0600);
  }

  std::mutex& mutex() { return mutex_; }
  /// Whether syncs do nothing: the control that shows that losses of power are found.
  bool lies() const { return lies_; }
  bool active() const { return ops_ >= 0 && pages_ >= 0; }

  bool holds(const std::string& path) const {
    return active() && path.compare(0, root_.size(), root_) == 0;
  }
  bool holds(int file) const { return active() && holds(path_of(file)); }

  static std::string path_of(int file) {
    char link[64];
    char path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    const ssize_t length = readlink(link, path, sizeof path);
    return length < 0 ? std::string() : std::string(path, static_cast<size_t>(length));
  }

  Name name_of(int folder, const char* path) const {
    std::string whole = path;
    if (whole.empty()) return {};
    while (whole.size() > 1 && whole.back() == '/') whole.pop_back();
    if (whole[0] != '/') {
      char here[PATH_MAX];
      const std::string base = folder != AT_FDCWD                     ? path_of(folder)
                               : getcwd(here, sizeof here) != nullptr ? std::string(here)
                                                                      : std::string();
      whole = base + "/" + whole;
    }
    if (!holds(whole)) return {};
    const size_t slash = whole.rfind('/');
    Name name{whole.substr(0, slash), whole.substr(slash + 1), 0};
    struct stat status{};
    if (stat(name.folder.c_str(), &status) != 0) return {};
    name.folder_inode = status.st_ino;
    return name;
  }

  // The rest with mutex() held.

  /// Bytes from `from` to `to` of a file are about to be written.
  void about_to_write(int file, off_t from, off_t to) {
    struct stat status{};
    if (to <= from || fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) return;
    if (to > status.st_size) line("Z %lu %ld\n", status.st_ino, status.st_size);
    for (off_t page = from / kPageBytes; page * kPageBytes < to; ++page) keep(file, status, page);
  }
  void about_to_truncate(int file, off_t size) {
    struct stat status{};
    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == size) return;
    line("Z %lu %ld\n", status.st_ino, status.st_size);
    for (off_t page = size / kPageBytes; page * kPageBytes < status.st_size; ++page) {
      keep(file, status, page);
    }
  }
  off_t sync_begins(int file, struct stat& status) {
    fstat(file, &status);
    const auto first = dirty_.lower_bound({status.st_ino, 0});
    dirty_.erase(first, dirty_.lower_bound({status.st_ino + 1, 0}));
    return end();
  }
  off_t sync_of_all_begins() {
    dirty_.clear();
    return end();
  }
  off_t end() const { return lseek(ops_, 0, SEEK_END); }

  void made(const Name& name) {
    line("N %lu %s %lu\n", name.folder_inode, hex(name.name).c_str(), inode_of(name));
  }
  /// Keeps what `name` names, for it may come back. Returns its inode; 0 where there is nothing.
  unsigned long keep(const Name& name) {
    const std::string path = name.folder + "/" + name.name;
    struct stat status{};
    if (lstat(path.c_str(), &status) != 0) return 0;
    if (!S_ISDIR(status.st_mode)) {
      const std::string kept = kept_ + std::to_string(status.st_ino);
      REAL(linkat)(AT_FDCWD, path.c_str(), AT_FDCWD, kept.c_str(), 0);
    }
    return status.st_ino;
  }
  static bool is_folder(const Name& name) {
    struct stat status{};
    return lstat((name.folder + "/" + name.name).c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  }
  static unsigned long inode_of(const Name& name) {
    struct stat status{};
    return lstat((name.folder + "/" + name.name).c_str(), &status) == 0 ? status.st_ino : 0;
  }
  static std::string hex(const std::string& text) {
    std::string digits;
    for (const unsigned char byte : text) {
      char two[3];
      snprintf(two, sizeof two, "%02x", byte);
      digits += two;
    }
    return digits;
  }
  __attribute__((format(printf, 2, 3))) void line(const char* format, ...) {
    char text[2048];
    va_list values;
    va_start(values, format);
    const int length = vsnprintf(text, sizeof text, format, values);
    va_end(values);
    put(ops_, text, static_cast<size_t>(length));
  }

 private:
  /// A test that cannot remember must not go on: it would find what is not there.
  static void put(int file, const void* bytes, size_t count) {
    if (REAL(write)(file, bytes, count) != static_cast<ssize_t>(count)) abort();
  }
  void keep(int file, const struct stat& status, off_t page) {
    if (!dirty_.insert({status.st_ino, page}).second) return;
    char bytes[kPageBytes];
    // The descriptor may be for writing only.
    const std::string path = "/proc/self/fd/" + std::to_string(file);
    const int readable = REAL(open)(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (readable < 0) abort();
    const ssize_t count = pread(readable, bytes, kPageBytes, page * kPageBytes);
    close(readable);
    const off_t at = lseek(pages_, 0, SEEK_END);
    if (count > 0) put(pages_, bytes, static_cast<size_t>(count));
    line("W %lu %ld %zd %ld %ld\n", status.st_ino, page, std::max<ssize_t>(count, 0), at,
         status.st_size);
  }

  std::mutex mutex_;
  std::string root_;
  std::string kept_;
  bool lies_ = false;
  int ops_ = -1;
  int pages_ = -1;
  std::set<std::pair<unsigned long, off_t>> dirty_;  ///< inode and page, changed since their sync
};

Recorder& recorder() {
  static Recorder* const one = new Recorder;  // outlives whatever runs at exit
  return *one;
}

/// Runs `call`, which writes `count` bytes to `file` at `offset`, or where the file stands.
template <class Call>
ssize_t recorded_write(int file, off_t offset, size_t count, const Call& call) {
  Recorder& it = recorder();
  if (!it.holds(file)) return call();
  const std::lock_guard lock(it.mutex());
  if (offset < 0) {
    const bool appends = (fcntl(file, F_GETFL) & O_APPEND) != 0;
    struct stat status{};
    offset = appends && fstat(file, &status) == 0 ? status.st_size : lseek(file, 0, SEEK_CUR);
  }
  it.about_to_write(file, offset, offset + static_cast<off_t>(count));
  return call();
}

template <class Call>
int recorded_sync(int file, const Call& call) {
  Recorder& it = recorder();
  if (!it.holds(file) && !it.holds(Recorder::path_of(file) + "/")) return call(file);
  struct stat status{};
  off_t through = 0;
  {
    const std::lock_guard lock(it.mutex());
    through = it.sync_begins(file, status);
  }
  const int result = call(file);
  if (result == 0 && !it.lies()) {
    const std::lock_guard lock(it.mutex());
    it.line("%c %lu %ld\n", S_ISDIR(status.st_mode) ? 'D' : 'S', status.st_ino, through);
  }
  return result;
}

/// Opens, with what opening takes away or makes written down.
int recorded_open(int folder, const char* path, int flags, mode_t mode) {
  Recorder& it = recorder();
  const auto open = [&] { return REAL(openat)(folder, path, flags, mode); };
  if (!it.active() || (flags & (O_CREAT | O_TRUNC)) == 0 || (flags & O_TMPFILE) == O_TMPFILE) {
    return open();
  }
  const Name name = it.name_of(folder, path);
  if (name.folder_inode == 0) return open();
  const std::lock_guard lock(it.mutex());
  const bool was_there = Recorder::inode_of(name) != 0;
  if (was_there && (flags & O_TRUNC) != 0) {
    const int file = REAL(openat)(folder, path, O_RDONLY | O_CLOEXEC);
    if (file >= 0) it.about_to_truncate(file, 0);
    if (file >= 0) close(file);
  }
  const int file = open();
  if (file >= 0 && !was_there) it.made(name);
  return file;
}

/// Runs `call`, which makes `path`.
template <class Call>
int recorded_making(int folder, const char* path, const Call& call) {
  Recorder& it = recorder();
  const Name name = it.active() ? it.name_of(folder, path) : Name{};
  if (name.folder_inode == 0) return call();
  const std::lock_guard lock(it.mutex());
  const int result = call();
  if (result == 0) it.made(name);
  return result;
}

int recorded_unlink(int folder, const char* path, int flags) {
  Recorder& it = recorder();
  const auto unlink = [&] { return REAL(unlinkat)(folder, path, flags); };
  const Name name = it.active() ? it.name_of(folder, path) : Name{};
  if (name.folder_inode == 0) return unlink();
  const std::lock_guard lock(it.mutex());
  const char kind = Recorder::is_folder(name) ? 'd' : 'f';
  const unsigned long inode = it.keep(name);
  const int result = unlink();
  if (result == 0) {
    it.line("U %lu %s %lu %c\n", name.folder_inode, Recorder::hex(name.name).c_str(), inode, kind);
  }
  return result;
}

template <class Call>
int recorded_rename(int from_folder, const char* from, int to_folder, const char* to,
                    unsigned flags, const Call& call) {
  Recorder& it = recorder();
  const Name source = it.active() ? it.name_of(from_folder, from) : Name{};
  const Name target = it.active() ? it.name_of(to_folder, to) : Name{};
  if (source.folder_inode == 0 || target.folder_inode == 0) return call();
  const std::lock_guard lock(it.mutex());
  const unsigned long moved = Recorder::inode_of(source);
  const bool exchanges = (flags & RENAME_EXCHANGE) != 0;
  const unsigned long replaced = exchanges ? 0 : it.keep(target);
  const int result = call();
  if (result != 0) return result;
  const std::string names = std::to_string(source.folder_inode) + " " + Recorder::hex(source.name) +
                            " " + std::to_string(target.folder_inode) + " " +
                            Recorder::hex(target.name);
  if (exchanges) {
    it.line("X %s\n", names.c_str());
  } else if (moved != replaced) {
    it.line("R %s %lu %lu\n", names.c_str(), moved, replaced);
  }
  return result;
}

size_t bytes_of(const iovec* parts, int count) {
  size_t bytes = 0;
  for (int i = 0; i < count; ++i) bytes += parts[i].iov_len;
  return bytes;
}

}  // namespace

#define EXPORT __attribute__((visibility("default")))
extern "C" {

#define OPEN_MODE(last)                                             \
  mode_t mode = 0;                                                  \
  if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) { \
    va_list more;                                                   \
    va_start(more, last);                                           \
    mode = va_arg(more, mode_t);                                    \
    va_end(more);                                                   \
  }
EXPORT int open(const char* path, int flags, ...) {
  OPEN_MODE(flags)
  return recorded_open(AT_FDCWD, path, flags, mode);
}
EXPORT int open64(const char* path, int flags, ...) {
  OPEN_MODE(flags)
  return recorded_open(AT_FDCWD, path, flags, mode);
}
EXPORT int openat(int folder, const char* path, int flags, ...) {
  OPEN_MODE(flags)
  return recorded_open(folder, path, flags, mode);
}
EXPORT int openat64(int folder, const char* path, int flags, ...) {
  OPEN_MODE(flags)
  return recorded_open(folder, path, flags, mode);
}
EXPORT ssize_t write(int file, const void* bytes, size_t count) {
  return recorded_write(file, -1, count, [&] { return REAL(write)(file, bytes, count); });
}
EXPORT ssize_t pwrite(int file, const void* bytes, size_t count, off_t at) {
  return recorded_write(file, at, count, [&] { return REAL(pwrite)(file, bytes, count, at); });
}
EXPORT ssize_t pwrite64(int file, const void* bytes, size_t count, off_t at) {
  return recorded_write(file, at, count, [&] { return REAL(pwrite)(file, bytes, count, at); });
}
EXPORT ssize_t writev(int file, const iovec* parts, int count) {
  const auto call = [&] { return REAL(writev)(file, parts, count); };
  return recorded_write(file, -1, bytes_of(parts, count), call);
}
EXPORT ssize_t sendfile(int out, int in, off_t* from, size_t count) {
  return recorded_write(out, -1, count, [&] { return REAL(sendfile)(out, in, from, count); });
}
EXPORT ssize_t sendfile64(int out, int in, off_t* from, size_t count) {
  return recorded_write(out, -1, count, [&] { return REAL(sendfile)(out, in, from, count); });
}
EXPORT ssize_t copy_file_range(int in, off_t* from, int out, off_t* to, size_t count,
                               unsigned flags) {
  const auto call = [&] { return REAL(copy_file_range)(in, from, out, to, count, flags); };
  return recorded_write(out, to == nullptr ? -1 : *to, count, call);
}
EXPORT int ftruncate(int file, off_t size) {
  Recorder& it = recorder();
  if (!it.holds(file)) return REAL(ftruncate)(file, size);
  const std::lock_guard lock(it.mutex());
  it.about_to_truncate(file, size);
  return REAL(ftruncate)(file, size);
}
EXPORT int ftruncate64(int file, off_t size) { return ftruncate(file, size); }
EXPORT int truncate(const char* path, off_t size) {
  const int file = REAL(open)(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return -1;
  const int result = ftruncate(file, size);
  close(file);
  return result;
}
EXPORT int truncate64(const char* path, off_t size) { return truncate(path, size); }
EXPORT int fsync(int file) { return recorded_sync(file, REAL(fsync)); }
EXPORT int fdatasync(int file) { return recorded_sync(file, REAL(fdatasync)); }
EXPORT int syncfs(int file) {
  Recorder& it = recorder();
  if (!it.active()) return REAL(syncfs)(file);
  off_t through = 0;
  {
    const std::lock_guard lock(it.mutex());
    through = it.sync_of_all_begins();
  }
  const int result = REAL(syncfs)(file);
  if (result == 0 && !it.lies()) {
    const std::lock_guard lock(it.mutex());
    it.line("A %ld\n", through);
  }
  return result;
}
EXPORT int rename(const char* from, const char* to) {
  const auto call = [&] { return REAL(rename)(from, to); };
  return recorded_rename(AT_FDCWD, from, AT_FDCWD, to, 0, call);
}
EXPORT int renameat(int from_folder, const char* from, int to_folder, const char* to) {
  const auto call = [&] { return REAL(renameat2)(from_folder, from, to_folder, to, 0); };
  return recorded_rename(from_folder, from, to_folder, to, 0, call);
}
EXPORT int renameat2(int from_folder, const char* from, int to_folder, const char* to,
                     unsigned flags) {
  const auto call = [&] { return REAL(renameat2)(from_folder, from, to_folder, to, flags); };
  return recorded_rename(from_folder, from, to_folder, to, flags, call);
}
EXPORT int unlinkat(int folder, const char* path, int flags) {
  return recorded_unlink(folder, path, flags);
}
EXPORT int unlink(const char* path) { return recorded_unlink(AT_FDCWD, path, 0); }
EXPORT int rmdir(const char* path) { return recorded_unlink(AT_FDCWD, path, AT_REMOVEDIR); }
EXPORT int remove(const char* path) {
  struct stat status{};
  const bool folder = lstat(path, &status) == 0 && S_ISDIR(status.st_mode);
  return recorded_unlink(AT_FDCWD, path, folder ? AT_REMOVEDIR : 0);
}
EXPORT int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) {
  const auto call = [&] { return REAL(linkat)(from_folder, from, to_folder, to, flags); };
  return recorded_making(to_folder, to, call);
}
EXPORT int link(const char* from, const char* to) {
  return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}
EXPORT int symlinkat(const char* target, int folder, const char* path) {
  return recorded_making(folder, path, [&] { return REAL(symlinkat)(target, folder, path); });
}
EXPORT int symlink(const char* target, const char* path) {
  return symlinkat(target, AT_FDCWD, path);
}
EXPORT int mkdirat(int folder, const char* path, mode_t mode) {
  return recorded_making(folder, path, [&] { return REAL(mkdirat)(folder, path, mode); });
}
EXPORT int mkdir(const char* path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

}  // extern "C"
