#include "tools/edit.h"

#include <algorithm>

#include "tools/near_miss.h"

namespace coditect::tools {

namespace {

constexpr std::size_t kPlacesMax = 100;
constexpr std::size_t kPlacesShownMax = 10;

/// The first occurrences, at most kPlacesMax.
std::vector<std::size_t> places_of(std::string_view text, std::string_view wanted) {
  std::vector<std::size_t> places;
  for (std::size_t at = text.find(wanted);
       at != std::string_view::npos && places.size() < kPlacesMax; at = text.find(wanted, at + 1)) {
    places.push_back(at);
  }
  return places;
}

Error not_unique(std::string_view text, const std::vector<std::size_t>& places) {
  std::string lines;
  for (std::size_t i = 0; i < std::min(places.size(), kPlacesShownMax); ++i) {
    lines += (i == 0 ? "" : ", ") + std::to_string(line_of(text, places[i]));
  }
  if (places.size() > kPlacesShownMax) lines += ", ...";
  const bool more = places.size() == kPlacesMax;
  return {Errc::kConflict,
          "`old` occurs " + std::string(more ? "at least " : "") + std::to_string(places.size()) +
              " times, at lines " + lines,
          "add lines around it to `old` until it is unique"};
}

Error not_there(std::string_view text, std::string_view old_text) {
  Error error = not_found("`old` does not occur in the file");
  if (text.empty()) {
    error.message += ", which is empty";
    error.hint = "use write_file";
    return error;
  }
  const auto miss = find_near_miss(text, old_text);
  if (!miss) {
    error.hint = "nothing in the file is similar; read it again";
    return error;
  }
  error.message += ". Most similar are lines " + std::to_string(miss->first_line) + " to " +
                   std::to_string(miss->last_line) + ":\n" + miss->text;
  error.hint = miss->hint.empty() ? "" : miss->hint + "; ";
  error.hint += "copy the lines exactly as they stand in the file";
  return error;
}

}  // namespace

std::size_t line_of(std::string_view text, std::size_t at) {
  return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, at), '\n'));
}

Result<AppliedEdit> apply_edit(std::string_view text, std::string_view old_text,
                               std::string_view new_text) {
  if (old_text.empty()) {
    return invalid("`old` is empty but the file exists",
                   "give the text to replace, or use write_file to replace the whole file");
  }
  if (old_text == new_text) return invalid("`old` and `new` are equal: nothing would change");
  const std::vector<std::size_t> places = places_of(text, old_text);
  if (places.empty()) return not_there(text, old_text);
  if (places.size() > 1) return not_unique(text, places);

  AppliedEdit applied;
  applied.at = places.front();
  applied.line = line_of(text, applied.at);
  applied.text.reserve(text.size() - old_text.size() + new_text.size());
  applied.text.append(text.substr(0, applied.at));
  applied.text.append(new_text);
  applied.text.append(text.substr(applied.at + old_text.size()));
  return applied;
}

}  // namespace coditect::tools
