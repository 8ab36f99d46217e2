#pragma once

#include <string>
#include <string_view>

#include "base/posix_file.h"
#include "base/result.h"

namespace coditect::tools {

/// Constant bytes in memory that other processes read through a descriptor.
///
/// Threads: any.
class SharedBytes {
 public:
  static Result<SharedBytes> create(const std::string& name, std::string_view bytes);
  /// A descriptor of its own, positioned at the beginning.
  Result<FileDescriptor> open() const;

 private:
  explicit SharedBytes(FileDescriptor file) : file_(std::move(file)) {}

  FileDescriptor file_;
};

}  // namespace coditect::tools
