#include "workspace/state/session_book.h"

#include "base/limits.h"

namespace coditect::workspace {

namespace {

EventDraft started(const std::string& id, Time now, const std::string& actor) {
  const Session session{id, now + limits::kSessionLength};
  return {"session_started", actor, id, {}, to_json(session)};
}

}  // namespace

json::object to_json(const Session& session) {
  return {{"id", session.id}, {"expires_at", to_rfc3339(session.expires_at)}};
}

std::vector<EventDraft> SessionBook::keep_open(Time now, const std::string& new_id,
                                               const std::string& actor) const {
  if (current_ && now + limits::kSessionLength / 2 < current_->expires_at) return {};
  return renew(now, new_id, actor);
}

std::vector<EventDraft> SessionBook::renew(Time now, const std::string& new_id,
                                           const std::string& actor) const {
  if (!current_) return {started(new_id, now, actor)};
  if (current_->expires_at <= now) {
    EventDraft expired{"session_expired", "system", current_->id, {}, {{"id", current_->id}}};
    return {std::move(expired), started(new_id, now, actor)};
  }
  const Session renewed{current_->id, now + limits::kSessionLength};
  return {{"session_renewed", actor, renewed.id, {}, to_json(renewed)}};
}

void SessionBook::apply(const Event& event) {
  if (event.type == "session_expired") {
    current_.reset();
  } else if (event.type == "session_started" || event.type == "session_renewed") {
    const auto id = find_string(event.data, "id");
    auto expires_at = parse_rfc3339(find_string(event.data, "expires_at").value_or(""));
    if (id && expires_at) current_ = Session{*id, *expires_at};
  }
}

json::object SessionBook::snapshot() const {
  return current_ ? to_json(*current_) : json::object{};
}

Result<SessionBook> SessionBook::restore(const json::object& snapshot) {
  SessionBook book;
  if (snapshot.empty()) return book;
  TRY(std::string id, need_string(snapshot, "id"));
  TRY(std::string text, need_string(snapshot, "expires_at"));
  TRY(Time expires_at, parse_rfc3339(text));
  book.current_ = Session{std::move(id), expires_at};
  return book;
}

}  // namespace coditect::workspace
