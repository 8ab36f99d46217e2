#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace coditect::tools {

/// The stretch of a text that was most likely meant by one that does not occur in it.
struct NearMiss {
  std::size_t first_line = 0;  ///< from 1
  std::size_t last_line = 0;
  std::string text;  ///< those lines, exactly; bounded
  std::string hint;  ///< how it differs, "" when that is not known
};

/// Looks for the lines of `text` most similar to `wanted`: the same but for white space, else with
/// the most lines in common, else with the most similar first line. Work is bounded. Nothing when
/// no line has anything in common. Pure.
std::optional<NearMiss> find_near_miss(std::string_view text, std::string_view wanted);

/// How alike two lines are, 0 to 1: twice the pairs of neighbouring characters that both have, by
/// the number that they have together (Dice's coefficient).
double similarity(std::string_view a, std::string_view b);

}  // namespace coditect::tools
