#include "tools/network_note.h"

namespace coditect::tools {

namespace {

std::string described(const Visit& visit) {
  if (visit.host.empty()) return visit.why;
  std::string text = visit.host.contains(':') ? "[" + visit.host + "]" : visit.host;
  text += ":" + std::to_string(visit.port);
  if (!visit.why.empty()) text += " (" + visit.why + ")";
  return text;
}

std::string listed(const std::vector<Visit>& visits, Visit::Outcome outcome) {
  std::string text;
  for (const Visit& visit : visits) {
    if (visit.outcome == outcome) text += (text.empty() ? "" : ", ") + described(visit);
  }
  return text;
}

}  // namespace

std::string network_note(const std::vector<Visit>& visits) {
  const std::string reached = listed(visits, Visit::Outcome::kAllowed);
  const std::string refused = listed(visits, Visit::Outcome::kRefused);
  std::string note;
  if (!reached.empty()) note += "[network: let out to " + reached + "]\n";
  if (refused.empty()) return note;
  return note + "[network: refused: " + refused +
         "; commands reach only hosts that the server's owner has listed under [commands] network: "
         "go on without it, or say which host you need and what for]\n";
}

json::array visits_json(const std::vector<Visit>& visits) {
  json::array array;
  for (const Visit& visit : visits) {
    json::object row{{"host", visit.host},
                     {"port", visit.port},
                     {"allowed", visit.outcome == Visit::Outcome::kAllowed}};
    if (!visit.why.empty()) row["why"] = visit.why;
    array.push_back(std::move(row));
  }
  return array;
}

}  // namespace coditect::tools
