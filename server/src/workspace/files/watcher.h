#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>

#include "base/result.h"

namespace coditect::workspace {

/// Tells which files below watched folders change, whoever changes them. One inotify instance and
/// one thread for all workspaces of the node.
///
/// Threads:    any may call watch() and unwatch(); callbacks run on the watcher's thread and return
///             quickly (they post to a strand).
/// Lifetime:   unwatch() before what a callback refers to is gone: no callback of that watch runs
///             after it returned.
/// Errors:     where the kernel's limit of watches is reached a folder goes unwatched, and
///             the operator's log says so.
class Watcher {
 public:
  using WatchId = std::uint64_t;

  /// `path` is relative to the watched root; with a `/` at its end it is a folder whose content may
  /// have changed. An empty path: look at everything again, because changes may have been missed.
  using Callback = std::function<void(std::string path)>;

  static Result<std::unique_ptr<Watcher>> start();
  ~Watcher();

  /// Watches `root` and every folder below it, but for those that is_ignored_folder() names.
  Result<WatchId> watch(const std::filesystem::path& root, Callback callback);
  void unwatch(WatchId id);

 private:
  struct Folder {
    WatchId owner = 0;
    std::string path;  ///< relative to the root, "" for the root itself
  };
  struct Watch {
    std::filesystem::path root;
    std::shared_ptr<const Callback> callback;
  };

  explicit Watcher(int inotify, int wake);
  void run();
  void drain(const char* buffer, std::size_t size);
  void forget_folders(WatchId id, const std::string& path);
  bool add_folders(WatchId id, const std::filesystem::path& root, const std::string& path);

  const int inotify_;
  const int wake_;

  std::mutex mutex_;  // guards the two tables and next_id_; held while a callback runs
  std::unordered_map<int, Folder> folders_;
  std::unordered_map<WatchId, Watch> watches_;
  WatchId next_id_ = 1;

  std::thread thread_;
};

/// Folders whose content is not the user's work: version control, installed packages, caches.
bool is_ignored_folder(std::string_view name);
/// Whether any folder on the way to `path`, or the path itself, is ignored.
bool is_ignored_path(std::string_view path);

}  // namespace coditect::workspace
