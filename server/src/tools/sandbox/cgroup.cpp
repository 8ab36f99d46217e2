#include "tools/sandbox/cgroup.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <fcntl.h>
#include <map>
#include <signal.h>
#include <sstream>
#include <thread>
#include <unistd.h>

#include "base/posix_file.h"

namespace coditect::tools {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kPrefix = "coditect-command-";
/// Of the time in which the cores' share is counted: the kernel's own default.
constexpr int kPeriodUs = 100'000;

/// One write(2) to a control file: the kernel takes or refuses the whole text.
Result<void> write_control(const fs::path& path, std::string_view text) {
  TRY(const FileDescriptor file, open_file(path, O_WRONLY));
  if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return system_error("write " + path.string(), errno);
  }
  return {};
}

/// Control files say that they are empty, so they are read until they end.
std::string read_control(const fs::path& path) {
  auto file = open_file(path, O_RDONLY);
  if (!file) return {};
  char buffer[4096];
  const ssize_t size = ::read(file->get(), buffer, sizeof buffer);
  return size <= 0 ? std::string() : std::string(buffer, static_cast<std::size_t>(size));
}

bool lists_word(std::string_view text, std::string_view word, char separator) {
  std::istringstream words{std::string(text)};
  for (std::string each; std::getline(words, each, separator);) {
    while (!each.empty() && each.back() == '\n') each.pop_back();
    if (each == word) return true;
  }
  return false;
}

/// The number after `key` and a space at the start of a line; 0 when there is none.
std::size_t value_of(std::string_view text, std::string_view key) {
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(std::string(key) + " ")) continue;
    std::size_t value = 0;
    std::from_chars(line.data() + key.size() + 1, line.data() + line.size(), value);
    return value;
  }
  return 0;
}

/// Asks the parent group for the controllers its children need. Fails where the group holds
/// processes or belongs to somebody else.
Result<void> enable_controllers(const fs::path& parent) {
  const fs::path control = parent / "cgroup.subtree_control";
  const std::string enabled = read_control(control);
  for (const char* controller : {"memory", "pids", "cpu"}) {
    if (lists_word(enabled, controller, ' ')) continue;
    if (!lists_word(read_control(parent / "cgroup.controllers"), controller, ' ')) continue;
    TRY_VOID(write_control(control, "+" + std::string(controller)));
  }
  return {};
}

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

/// Sets what the group's folder has a control for. Swap counts as memory.
Result<void> set_limits(const CgroupFolder& group, const CommandLimits& limits) {
  const std::string memory = std::to_string(limits.memory_bytes);
  const std::string processes = std::to_string(limits.processes);
  const std::string quota = std::to_string(limits.cores * kPeriodUs);
  if (group.kind == CgroupKind::kCpuV1) {
    TRY_VOID(write_control(group.path / "cpu.cfs_period_us", std::to_string(kPeriodUs)));
    return write_control(group.path / "cpu.cfs_quota_us", quota);
  }
  if (group.kind == CgroupKind::kMemoryV1) {
    TRY_VOID(write_control(group.path / "memory.limit_in_bytes", memory));
    const fs::path with_swap = group.path / "memory.memsw.limit_in_bytes";
    return is_there(with_swap) ? write_control(with_swap, memory) : Result<void>();
  }
  if (group.kind == CgroupKind::kPidsV1) return write_control(group.path / "pids.max", processes);
  if (is_there(group.path / "memory.max")) {
    TRY_VOID(write_control(group.path / "memory.max", memory));
    const fs::path swap = group.path / "memory.swap.max";
    if (is_there(swap)) TRY_VOID(write_control(swap, "0"));
  }
  if (is_there(group.path / "pids.max")) {
    TRY_VOID(write_control(group.path / "pids.max", processes));
  }
  if (is_there(group.path / "cpu.max")) {
    TRY_VOID(write_control(group.path / "cpu.max", quota + " " + std::to_string(kPeriodUs)));
  }
  return {};
}

std::string new_name() {
  static std::atomic<std::uint64_t> next{1};
  return std::string(kPrefix) + std::to_string(::getpid()) + "-" + std::to_string(next++);
}

/// Removes groups whose server is gone; one that still holds processes stays.
void sweep(const fs::path& parent) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(parent, error)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with(kPrefix)) continue;
    pid_t owner = 0;
    std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), owner);
    if (owner > 0 && ::kill(owner, 0) != 0 && errno == ESRCH) ::rmdir(entry.path().c_str());
  }
}

Result<Cgroup> make_group(const std::vector<CgroupFolder>& parents, const CommandLimits& limits) {
  std::vector<CgroupFolder> made;
  const std::string name = new_name();
  for (const CgroupFolder& parent : parents) {
    CgroupFolder group{parent.kind, parent.path / name};
    if (::mkdir(group.path.c_str(), 0755) != 0) {
      const Error error = system_error("mkdir " + group.path.string(), errno);
      const Cgroup removes_what_was_made(std::move(made));
      return error;
    }
    made.push_back(std::move(group));
  }
  Cgroup group(made);
  for (const CgroupFolder& folder : made) TRY_VOID(set_limits(folder, limits));
  return group;
}

}  // namespace

std::vector<CgroupFolder> cgroup_candidates(std::string_view self_cgroup, std::string_view mounts) {
  std::map<CgroupKind, std::string> mounted;
  std::istringstream mount_lines{std::string(mounts)};
  for (std::string line; std::getline(mount_lines, line);) {
    std::istringstream words(line);
    std::string device, folder, type, options;
    words >> device >> folder >> type >> options;
    if (type == "cgroup2") mounted.try_emplace(CgroupKind::kUnified, folder);
    if (type != "cgroup") continue;
    if (lists_word(options, "memory", ',')) mounted.try_emplace(CgroupKind::kMemoryV1, folder);
    if (lists_word(options, "pids", ',')) mounted.try_emplace(CgroupKind::kPidsV1, folder);
    if (lists_word(options, "cpu", ',')) mounted.try_emplace(CgroupKind::kCpuV1, folder);
  }
  std::map<CgroupKind, std::string> own;
  std::istringstream own_lines{std::string(self_cgroup)};
  for (std::string line; std::getline(own_lines, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1);
    if (controllers.empty()) own[CgroupKind::kUnified] = path;
    if (lists_word(controllers, "memory", ',')) own[CgroupKind::kMemoryV1] = path;
    if (lists_word(controllers, "pids", ',')) own[CgroupKind::kPidsV1] = path;
    if (lists_word(controllers, "cpu", ',')) own[CgroupKind::kCpuV1] = path;
  }
  // Inside a container the path may be the host's, of which only the mount's root is visible.
  std::vector<CgroupFolder> candidates;
  for (const auto& [kind, folder] : mounted) {
    const std::string path = own.contains(kind) ? own[kind] : "/";
    if (path != "/") candidates.push_back({kind, fs::path(folder + path)});
    candidates.push_back({kind, fs::path(folder)});
  }
  return candidates;
}

Cgroup::~Cgroup() {
  for (const CgroupFolder& folder : folders_) {
    // A process leaves its group a moment after it can be seen to have ended.
    int result = ::rmdir(folder.path.c_str());
    for (int attempt = 0; attempt < 100 && result != 0 && errno == EBUSY; ++attempt) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      result = ::rmdir(folder.path.c_str());
    }
    if (result != 0 && errno != ENOENT) {
      spdlog::warn("cannot remove {}: errno {}; the next start tries again", folder.path.string(),
                   errno);
    }
  }
}

Result<void> Cgroup::add(pid_t pid) {
  for (const CgroupFolder& folder : folders_) {
    TRY_VOID(write_control(folder.path / "cgroup.procs", std::to_string(pid)));
  }
  return {};
}

std::size_t Cgroup::out_of_memory_kills() const {
  std::size_t kills = 0;
  for (const CgroupFolder& folder : folders_) {
    if (folder.kind == CgroupKind::kMemoryV1) {
      kills += value_of(read_control(folder.path / "memory.oom_control"), "oom_kill");
    } else if (folder.kind == CgroupKind::kUnified) {
      kills += value_of(read_control(folder.path / "memory.events"), "oom_kill");
    }
  }
  return kills;
}

Cgroups Cgroups::detect() {
  std::string mounts;
  if (auto file = open_file("/proc/self/mounts", O_RDONLY); file) {
    char buffer[8192];
    for (ssize_t size; (size = ::read(file->get(), buffer, sizeof buffer)) > 0;) {
      mounts.append(buffer, static_cast<std::size_t>(size));
    }
  }
  return detect(cgroup_candidates(read_control("/proc/self/cgroup"), mounts));
}

Cgroups Cgroups::detect(const std::vector<CgroupFolder>& candidates) {
  Cgroups found;
  std::string refused;
  for (const CgroupFolder& candidate : candidates) {
    const bool unified = candidate.kind == CgroupKind::kUnified;
    if (found.covers(candidate.kind)) continue;
    if (!is_there(candidate.path / "cgroup.procs")) continue;
    sweep(candidate.path);
    Result<void> enabled = unified ? enable_controllers(candidate.path) : Result<void>();
    if (!enabled) {
      refused += " (" + enabled.error().message + ")";
      continue;
    }
    const std::vector<CgroupFolder> parent{candidate};
    auto probe = make_group(parent, CommandLimits{});
    if (!probe) {
      refused += " (" + probe.error().message + ")";
      continue;
    }
    if (unified) {
      const std::string enabled_controllers =
          read_control(candidate.path / "cgroup.subtree_control");
      const bool memory = lists_word(enabled_controllers, "memory", ' ');
      const bool processes = lists_word(enabled_controllers, "pids", ' ');
      const bool cores = lists_word(enabled_controllers, "cpu", ' ');
      if (!memory && !processes && !cores) continue;
      found.unified_memory_ = memory;
      found.unified_processes_ = processes;
      found.unified_cores_ = cores;
    }
    found.folders_.push_back(candidate);
  }
  if (found.folders_.empty()) {
    found.description_ = "no cgroup that this process may divide" + refused +
                         "; under systemd set Delegate=yes and DelegateSubgroup=server";
    return found;
  }
  const bool v2 = found.unified_memory_ || found.unified_processes_ || found.unified_cores_;
  found.description_ =
      std::string("cgroup ") + (v2 ? "v2" : "v1") + ":" + (found.limits_memory() ? " memory" : "") +
      (found.limits_processes() ? " processes" : "") + (found.limits_cores() ? " cores" : "");
  return found;
}

bool Cgroups::has(CgroupKind kind) const {
  return std::ranges::any_of(folders_, [&](const auto& folder) { return folder.kind == kind; });
}

bool Cgroups::covers(CgroupKind kind) const {
  switch (kind) {
    case CgroupKind::kMemoryV1: return limits_memory();
    case CgroupKind::kPidsV1: return limits_processes();
    case CgroupKind::kCpuV1: return limits_cores();
    case CgroupKind::kUnified: return limits_memory() && limits_processes() && limits_cores();
  }
  return false;
}

bool Cgroups::limits_memory() const { return unified_memory_ || has(CgroupKind::kMemoryV1); }
bool Cgroups::limits_processes() const { return unified_processes_ || has(CgroupKind::kPidsV1); }
bool Cgroups::limits_cores() const { return unified_cores_ || has(CgroupKind::kCpuV1); }

Result<Cgroup> Cgroups::make(const CommandLimits& limits) const {
  return make_group(folders_, limits);
}

}  // namespace coditect::tools
