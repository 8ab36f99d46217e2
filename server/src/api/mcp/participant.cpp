#include "api/mcp/participant.h"

#include <algorithm>
#include <array>

namespace coditect::api {

namespace {

constexpr std::size_t kNameBytesMax = 40;
constexpr std::string_view kUnnamed = "mcp-client";
/// What means somebody else where an agent's name is asked for.
constexpr std::array<std::string_view, 6> kReserved = {"all",    "auto",    "user",
                                                       "system", "outside", "process"};

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool is_reserved(std::string_view name) {
  return std::ranges::find(kReserved, name) != kReserved.end();
}

/// What a client calls itself, as a name.
std::string tidy(std::string_view text) {
  std::string name;
  for (char c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    if (!is_name_character(c)) c = '-';
    if (c == '-' && (name.empty() || name.back() == '-')) continue;
    name += c;
    if (name.size() == kNameBytesMax) break;
  }
  while (name.ends_with('-')) name.pop_back();
  return name;
}

}  // namespace

Result<void> check_participant(std::string_view name) {
  const bool fits = !name.empty() && name.size() <= kNameBytesMax &&
                    std::ranges::all_of(name, is_name_character) && !is_reserved(name);
  if (fits) return {};
  return invalid("'agent' is no name for a participant",
                 "use 1 to 40 of a-z, 0-9, - and _, and not all, auto, user or system");
}

Result<std::string> participant_name(const mcp::Mount& mount, std::string_view client,
                                     const agents::AgentDirectory& directory) {
  if (!mount.caller.empty()) {
    TRY_VOID(check_participant(mount.caller));
    if (directory.find(mount.caller) == nullptr) return mount.caller;
    return invalid("'" + mount.caller + "' is an agent of this server",
                   "give a name of its own in ?agent=NAME");
  }
  std::string name = tidy(client);
  if (name.empty()) name = kUnnamed;
  while (is_reserved(name) || directory.find(name) != nullptr) name += "-mcp";
  return name;
}

}  // namespace coditect::api
