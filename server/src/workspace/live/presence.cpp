#include "workspace/live/presence.h"

#include "coordination/locks/path.h"
#include "workspace/live/live_limits.h"

namespace coditect::workspace {

namespace {

Result<void> check_offset(const std::optional<std::int64_t>& offset) {
  if (!offset || (*offset >= 0 && *offset <= limits::kPresenceOffsetMax)) return {};
  return invalid("'anchor' and 'head' are offsets in the file's text");
}

}  // namespace

void Presence::enter(std::uint64_t connection, std::string actor, std::string_view role) {
  // Who is here already and enters in another role looks where they looked.
  Someone& someone = here_[connection];
  someone.actor = std::move(actor);
  someone.role = role;
  show_all();
}

Result<void> Presence::look(std::uint64_t connection, Look look) {
  const auto found = here_.find(connection);
  if (found == here_.end()) {
    return invalid("only who is attached by a WebSocket is present",
                   "call workspace.attach on a WebSocket first");
  }
  if (!look.path.empty()) {
    TRY(look.path, locks::canonical_path(look.path));
  }
  TRY_VOID(check_offset(look.anchor));
  TRY_VOID(check_offset(look.head));
  Someone& someone = found->second;
  const SteadyTime now = clock_.steady();
  if (now - someone.counted_since >= std::chrono::seconds(1)) {
    someone.counted_since = now;
    someone.counted = 0;
  }
  if (++someone.counted > limits::kPresencePerSecondMax) {
    return Error{Errc::kLimit, "too many changes of where you look", "send 10 a second at most"};
  }
  someone.look = std::move(look);
  hub_.publish("presence", {{"person", row(connection, someone)}});
  return {};
}

void Presence::leave(std::uint64_t connection) {
  if (here_.erase(connection) > 0) show_all();
}

json::array Presence::list() const {
  json::array rows;
  for (const auto& [connection, someone] : here_) rows.push_back(row(connection, someone));
  return rows;
}

json::object Presence::row(std::uint64_t connection, const Someone& someone) {
  json::object row{{"connection", connection},
                   {"name", someone.actor.substr(someone.actor.find(':') + 1)},
                   {"actor", someone.actor},
                   {"role", someone.role}};
  if (!someone.look.path.empty()) row["path"] = someone.look.path;
  if (someone.look.anchor) row["anchor"] = *someone.look.anchor;
  if (someone.look.head) row["head"] = *someone.look.head;
  return row;
}

void Presence::show_all() { hub_.publish("presence", {{"people", list()}}); }

}  // namespace coditect::workspace
