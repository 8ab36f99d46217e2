#pragma once

#include <string>

namespace coditect::tools {

/// A value that only a command's environment may hold, and the name that everybody may see.
struct Secret {
  std::string name;
  std::string value;
};

}  // namespace coditect::tools
