#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "async/blocking_pool.h"
#include "async/strand.h"
#include "base/posix_file.h"
#include "base/result.h"

namespace coditect::registry {

/// An archive on its way to become a workspace: a file without a name, so that nothing is left of
/// it when it is given up or the server is killed.
///
/// Threads:  one call at a time.
/// Lifetime: the pool outlives it.
/// Errors:   after an Error what it holds is not the archive; give it up.
class Upload {
 public:
  struct Options {
    std::string file;             ///< what its owner calls it; only to be shown
    std::uint64_t bytes_max;      ///< more is Errc::kLimit
    std::uint64_t announced = 0;  ///< bytes that will come, as far as is known
  };
  /// On the disk that holds `folder`. Errc::kUnavailable where that has no room.
  static awaitable<Result<std::shared_ptr<Upload>>> begin(BlockingPool& disk,
                                                          std::filesystem::path folder,
                                                          Options options);
  /// Adds `bytes` at its end.
  awaitable<Result<void>> append(std::string bytes);

  int file() const { return file_.get(); }
  std::uint64_t bytes() const { return bytes_; }
  const std::string& name() const { return options_.file; }

 private:
  Upload(BlockingPool& disk, std::filesystem::path folder, Options options, FileDescriptor file)
      : disk_(disk),
        folder_(std::move(folder)),
        options_(std::move(options)),
        file_(std::move(file)) {}

  BlockingPool& disk_;
  const std::filesystem::path folder_;
  const Options options_;
  const FileDescriptor file_;
  std::uint64_t bytes_ = 0;
};

}  // namespace coditect::registry
