#include "workspace/approvals/real_path.h"

#include <system_error>

namespace coditect::workspace {

namespace fs = std::filesystem;

std::string real_path(const fs::path& root, const std::string& path) {
  std::error_code failed;
  const fs::path base = fs::canonical(root, failed);
  if (failed) return path;
  const fs::path real = fs::weakly_canonical(base / path, failed);
  if (failed) return path;
  std::string relative = real.lexically_relative(base).generic_string();
  if (relative == ".") return "";
  if (relative.empty() || relative == ".." || relative.starts_with("../")) return path;
  return relative;
}

}  // namespace coditect::workspace
