#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// Limits of what a command may do to the machine, besides those of base/limits.h.
namespace coditect::limits {

/// Cores that one command may use in all; beyond it the kernel makes it wait. Only where a control
/// group can be made.
inline constexpr int kCommandCoresMax = 2;
/// By which the project may grow while one command runs: the command is ended and says so.
inline constexpr std::uint64_t kCommandWrittenBytesMax = 4ull << 30;
inline constexpr std::size_t kCommandWrittenFilesMax = 200'000;
/// That a project may have on disk in all, with what is not tracked: a command that makes it grow
/// further is ended.
inline constexpr std::uint64_t kProjectBytesMax = 20ull << 30;
/// That the disk keeps free for the server: a command is ended when less is left. In percent of
/// the disk, and at most in bytes.
inline constexpr std::uint64_t kDiskReservePercent = 2;
inline constexpr std::uint64_t kDiskReserveBytesMax = 1ull << 30;
/// How often that is looked at while a command runs.
inline constexpr std::chrono::milliseconds kDiskCheckPeriod{200};

}  // namespace coditect::limits
