#include "workspace/files/watcher.h"

#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "base/log.h"

namespace coditect::workspace {

namespace {

constexpr std::uint32_t kInterest = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM |
                                    IN_MOVED_TO | IN_ATTRIB | IN_ONLYDIR | IN_DONT_FOLLOW |
                                    IN_EXCL_UNLINK;

std::string below(const std::string& folder, std::string_view name) {
  return folder.empty() ? std::string(name) : folder + "/" + std::string(name);
}

/// Whether a file that has just got its name was there before under another one, or is a link:
/// nobody writes and closes it then.
bool came_by_link(const std::filesystem::path& path) {
  struct stat raw{};
  return ::lstat(path.c_str(), &raw) == 0 && (S_ISLNK(raw.st_mode) || raw.st_nlink > 1);
}

}  // namespace

bool is_ignored_folder(std::string_view name) {
  constexpr std::array<std::string_view, 6> kIgnored = {".git",  "node_modules", "__pycache__",
                                                        ".venv", ".mypy_cache",  ".pytest_cache"};
  for (std::string_view ignored : kIgnored) {
    if (name == ignored) return true;
  }
  return false;
}

bool is_ignored_path(std::string_view path) {
  while (!path.empty()) {
    const auto slash = path.find('/');
    if (is_ignored_folder(path.substr(0, slash))) return true;
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return false;
}

Result<std::unique_ptr<Watcher>> Watcher::start() {
  const int inotify = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (inotify < 0) {
    return Error{Errc::kUnavailable, "no inotify instance is left",
                 "raise fs.inotify.max_user_instances"};
  }
  const int wake = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake < 0) {
    ::close(inotify);
    return system_error("eventfd", errno);
  }
  return std::unique_ptr<Watcher>(new Watcher(inotify, wake));
}

Watcher::Watcher(int inotify, int wake) : inotify_(inotify), wake_(wake) {
  thread_ = std::thread([this] { run(); });
}

Watcher::~Watcher() {
  const std::uint64_t one = 1;
  // An eventfd takes eight bytes whenever its counter has room, which 1 always has.
  [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
  thread_.join();
  ::close(inotify_);
  ::close(wake_);
}

Result<Watcher::WatchId> Watcher::watch(const std::filesystem::path& root, Callback callback) {
  const std::lock_guard lock(mutex_);
  const WatchId id = next_id_++;
  watches_[id] = {root, std::make_shared<const Callback>(std::move(callback))};
  if (!add_folders(id, root, "")) {
    spdlog::warn("some folders go unwatched; raise fs.inotify.max_user_watches");
  }
  return id;
}

void Watcher::unwatch(WatchId id) {
  const std::lock_guard lock(mutex_);
  watches_.erase(id);
  std::erase_if(folders_, [&](const auto& entry) {
    if (entry.second.owner != id) return false;
    ::inotify_rm_watch(inotify_, entry.first);
    return true;
  });
}

void Watcher::forget_folders(WatchId id, const std::string& path) {
  std::erase_if(folders_, [&](const auto& entry) {
    const Folder& folder = entry.second;
    const bool inside = folder.path == path || folder.path.starts_with(path + "/");
    if (folder.owner != id || !inside) return false;
    ::inotify_rm_watch(inotify_, entry.first);
    return true;
  });
}

bool Watcher::add_folders(WatchId id, const std::filesystem::path& root, const std::string& path) {
  const std::filesystem::path folder = path.empty() ? root : root / path;
  const int number = ::inotify_add_watch(inotify_, folder.c_str(), kInterest);
  if (number < 0) return errno == ENOENT || errno == ENOTDIR;  // gone again: nothing to watch
  folders_[number] = {id, path};
  bool complete = true;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    std::error_code gone;
    if (!entry.is_directory(gone) || entry.is_symlink(gone)) continue;
    const std::string name = entry.path().filename().string();
    if (is_ignored_folder(name)) continue;
    complete = add_folders(id, root, below(path, name)) && complete;
  }
  return complete;
}

void Watcher::run() {
  std::vector<char> buffer(64u << 10);
  pollfd waiting[2] = {{inotify_, POLLIN, 0}, {wake_, POLLIN, 0}};
  for (;;) {
    if (::poll(waiting, 2, -1) < 0 && errno != EINTR) return;
    if ((waiting[1].revents & POLLIN) != 0) return;
    const ssize_t size = ::read(inotify_, buffer.data(), buffer.size());
    if (size > 0) drain(buffer.data(), static_cast<std::size_t>(size));
  }
}

void Watcher::drain(const char* buffer, std::size_t size) {
  const std::lock_guard lock(mutex_);
  for (std::size_t at = 0; at < size;) {
    const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
    at += sizeof(inotify_event) + event->len;
    if ((event->mask & IN_Q_OVERFLOW) != 0) {
      for (const auto& [id, watch] : watches_) (*watch.callback)("");
      continue;
    }
    const auto folder = folders_.find(event->wd);
    if (folder == folders_.end()) continue;
    if ((event->mask & IN_IGNORED) != 0) {
      folders_.erase(folder);
      continue;
    }
    const Folder place = folder->second;
    const auto watch = watches_.find(place.owner);
    if (watch == watches_.end() || event->len == 0) continue;
    const std::string_view name = event->name;
    if (is_ignored_folder(name)) continue;
    const std::string path = below(place.path, name);
    if ((event->mask & IN_ISDIR) == 0) {
      // A file that is created is reported again when it is closed; until then it is empty.
      const bool created = (event->mask & IN_CREATE) != 0;
      if (!created || came_by_link(watch->second.root / path)) (*watch->second.callback)(path);
      continue;
    }
    // The kernel's watches go along with a folder that moves, and would keep its old name.
    if ((event->mask & IN_MOVED_FROM) != 0) forget_folders(place.owner, path);
    if ((event->mask & (IN_CREATE | IN_MOVED_TO)) != 0) {
      add_folders(place.owner, watch->second.root, path);
    }
    // Files may have come or gone with the folder before it was watched.
    if ((event->mask & IN_ATTRIB) == 0) (*watch->second.callback)(path + "/");
  }
}

}  // namespace coditect::workspace
