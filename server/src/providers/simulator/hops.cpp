#include "providers/simulator/hops.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/sha256.h"

namespace coditect::simulator {

namespace {

constexpr std::size_t kPlaceDigits = 24;
constexpr char kSeparator = '.';

std::string token_of(std::size_t part, const std::string& place) {
  return std::to_string(part) + kSeparator + sha256_hex("hop " + place).substr(0, kPlaceDigits);
}

/// The number of the part that `token` asks for.
Result<std::size_t> read_token(const std::string& token, const std::string& place,
                               std::size_t cuts) {
  if (token.empty()) return std::size_t{0};
  std::size_t part = 0;
  std::from_chars(token.data(), token.data() + token.size(), part);
  if (part == 0 || part > cuts || token != token_of(part, place)) {
    return invalid("The continuation token is invalid for this request.");
  }
  return part;
}

std::size_t text_bytes(const Act& act, std::size_t lines) {
  Act said;
  said.lines.assign(act.lines.begin(), act.lines.begin() + static_cast<std::ptrdiff_t>(lines));
  return said.text().size();
}

}  // namespace

Result<Part> part_of(Act act, const std::string& place, const std::string& token) {
  const std::vector<Cut> cuts = std::exchange(act.cuts, {});
  TRY(const std::size_t number, read_token(token, place, cuts.size()));
  const std::size_t first = number == 0 ? 0 : cuts[number - 1].lines;
  const bool is_last = number == cuts.size();
  const std::size_t last = is_last ? act.lines.size() : cuts[number].lines;
  Part part;
  part.earlier_bytes = text_bytes(act, first);
  part.act = std::move(act);
  auto& lines = part.act.lines;
  lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(last), lines.end());
  lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(first));
  if (part.earlier_bytes > 0) {
    // Lines are joined by a newline, also where a request ends between them.
    const auto said =
        std::ranges::find_if(lines, [](const Line& line) { return !line.text.empty(); });
    if (said != lines.end()) said->text.insert(0, "\n");
  }
  if (is_last) return part;
  part.act.calls.clear();
  part.act.pause_before_calls = {};
  part.end = cuts[number].end;
  part.next_token = token_of(number + 1, place);
  return part;
}

}  // namespace coditect::simulator
