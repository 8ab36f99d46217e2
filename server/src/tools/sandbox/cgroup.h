#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "base/result.h"
#include "tools/sandbox/command.h"

namespace coditect::tools {

/// Where the kernel offers control groups, in either of its two interfaces.
enum class CgroupKind { kUnified, kMemoryV1, kPidsV1, kCpuV1 };

struct CgroupFolder {
  CgroupKind kind;
  std::filesystem::path path;
};

/// The folders below which this process may expect to make groups of its own, best first for each
/// kind, from the text of /proc/self/cgroup and /proc/self/mounts. Pure.
std::vector<CgroupFolder> cgroup_candidates(std::string_view self_cgroup, std::string_view mounts);

/// One command's control group: its memory, its processes and its cores are limited together.
///
/// Threads:  one at a time.
/// Lifetime: destroyed after the last process in it has ended; its folders go with it.
class Cgroup {
 public:
  explicit Cgroup(std::vector<CgroupFolder> folders) : folders_(std::move(folders)) {}
  Cgroup(Cgroup&& other) noexcept = default;
  Cgroup& operator=(Cgroup&&) = delete;
  ~Cgroup();

  /// Moves a process in; its later children are born in the group.
  Result<void> add(pid_t pid);
  /// How often the kernel killed a process of the group at its memory limit.
  std::size_t out_of_memory_kills() const;

 private:
  std::vector<CgroupFolder> folders_;
};

/// Makes a group for each command, where the machine lets this process.
///
/// Threads: any.
class Cgroups {
 public:
  /// Tries, at each of the candidates, to make a group and set its limits. Also removes what a
  /// server that was killed has left.
  static Cgroups detect();
  static Cgroups detect(const std::vector<CgroupFolder>& candidates);

  bool limits_memory() const;
  bool limits_processes() const;
  bool limits_cores() const;
  /// "cgroup v1: memory processes cores", or why there is none.
  const std::string& description() const { return description_; }

  /// A new empty group with the limits set; one without folders where none are to be had.
  Result<Cgroup> make(const CommandLimits& limits) const;

 private:
  bool has(CgroupKind kind) const;
  /// Whether what folders of this kind would limit is limited already.
  bool covers(CgroupKind kind) const;

  std::vector<CgroupFolder> folders_;
  bool unified_memory_ = false;
  bool unified_processes_ = false;
  bool unified_cores_ = false;
  std::string description_;
};

}  // namespace coditect::tools
