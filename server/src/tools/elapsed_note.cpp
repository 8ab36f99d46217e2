#include "tools/elapsed_note.h"

#include <fmt/format.h>

namespace coditect::tools {

namespace {

constexpr std::string_view kBegin = ", ";
constexpr std::string_view kEnd = " s]\n";

}  // namespace

std::string elapsed_note(std::chrono::milliseconds elapsed) {
  const double seconds = static_cast<double>(elapsed.count()) / 1000.0;
  return fmt::format("{}{:.1f}{}", kBegin, seconds, kEnd);
}

std::string without_elapsed(std::string output) {
  const std::size_t end = output.rfind(kEnd);
  if (end == std::string::npos) return output;
  const std::size_t begin = output.rfind(kBegin, end);
  if (begin == std::string::npos) return output;
  const std::size_t number = begin + kBegin.size();
  const std::string_view digits = std::string_view(output).substr(number, end - number);
  if (digits.empty() || digits.find_first_not_of("0123456789.") != std::string_view::npos) {
    return output;
  }
  output.erase(begin, end - begin);
  return output;
}

}  // namespace coditect::tools
