#pragma once

#include <string>
#include <vector>

namespace coditect::agents {

/// A file in which the project's people say how to work in it.
struct InstructionFile {
  std::string path;
  std::string text;
};

/// What a project says to the agents that work in it.
struct Instructions {
  std::vector<InstructionFile> trusted;  ///< by a person, with this content; outermost folder first
  std::vector<std::string> untrusted;    ///< paths of those whose content nobody has trusted
  std::vector<std::string> left_out;     ///< paths of trusted ones for which there is no room

  bool empty() const { return trusted.empty() && untrusted.empty() && left_out.empty(); }
};

}  // namespace coditect::agents
