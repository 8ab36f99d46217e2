#include "api/http/people_handler.h"

#include "api/people/people_limits.h"
#include "base/check.h"

namespace coditect::api {

namespace {

json::object me_json(const Caller& caller) {
  json::object row{{"name", caller.actor.substr(caller.actor.find(':') + 1)},
                   {"actor", caller.actor},
                   {"role", to_string(caller.role)}};
  if (!caller.only.empty()) row["workspace"] = caller.only.str();
  // Whose cookie is all that lets them in: it was given once.
  if (!caller.person.empty()) row["invited"] = true;
  return row;
}

json::object person_row(const Person& person) {
  json::object row{{"id", person.id},
                   {"name", person.name},
                   {"actor", "user:" + person.name},
                   {"role", to_string(person.role)},
                   {"joined_at", to_rfc3339(person.joined_at)},
                   {"invited_by", person.invited_by}};
  if (!person.role_by.empty()) {
    row["role_by"] = person.role_by;
    row["role_at"] = to_rfc3339(person.role_at);
  }
  if (!person.workspace.empty()) row["workspace"] = person.workspace.str();
  return row;
}

json::object invitation_row(const Invitation& invitation) {
  json::object row{{"id", invitation.id},
                   {"role", to_string(invitation.role)},
                   {"expires_at", to_rfc3339(invitation.expires_at)},
                   {"uses_left", invitation.uses_left},
                   {"made_by", invitation.made_by}};
  if (!invitation.workspace.empty()) row["workspace"] = invitation.workspace.str();
  return row;
}

Result<std::int64_t> number_in(const json::object& body, std::string_view key, std::int64_t usual,
                               std::int64_t least, std::int64_t most) {
  if (!body.contains(key)) return usual;
  const auto value = find_int(body, key);
  if (value && *value >= least && *value <= most) return *value;
  return invalid("'" + std::string(key) + "' is no whole number from " + std::to_string(least) +
                 " to " + std::to_string(most));
}

Result<Role> role_in(const json::object& body) {
  TRY(const std::string word, need_string(body, "role"));
  const auto role = parse_role(word);
  if (!role) return invalid("'" + word + "' is no role", "say viewer, editor or owner");
  return *role;
}

/// What an owner asks for.
Result<People::Wanted> wanted_of(const json::object& body, std::string actor) {
  for (const auto& member : body) {
    const std::string_view key = member.key();
    if (key != "role" && key != "workspace" && key != "expires_in_s" && key != "uses") {
      return invalid("'" + std::string(key) + "' is not known here",
                     "send {\"role\", \"workspace\"?, \"expires_in_s\"?, \"uses\"?}");
    }
  }
  People::Wanted wanted;
  TRY(wanted.role, role_in(body));
  if (body.contains("workspace")) {
    TRY(std::string workspace, need_string(body, "workspace"));
    wanted.workspace = WorkspaceId(std::move(workspace));
  }
  using std::chrono::seconds;
  TRY(const std::int64_t life,
      number_in(body, "expires_in_s", seconds(limits::kInvitationLife).count(), 60,
                seconds(limits::kInvitationLifeMax).count()));
  wanted.life = seconds(life);
  TRY(const std::int64_t uses, number_in(body, "uses", 1, 1, limits::kInvitationUsesMax));
  wanted.uses = static_cast<int>(uses);
  wanted.made_by = std::move(actor);
  return wanted;
}

net::Response secret_answer(int status, const json::object& body) {
  return net::json_response(status, body).with("Cache-Control", "no-store");
}

Error workspace_gone() {
  return not_found("the workspace of this invitation is gone",
                   "ask whoever invited you whether it comes back");
}

}  // namespace

awaitable<net::Response> PeopleHandler::answer(Operation operation, const net::Request& request,
                                               Caller caller, std::string id) {
  switch (operation) {
    case Operation::kMe: co_return net::json_response(200, me_json(caller));
    case Operation::kJoinLook: co_return co_await look(request);
    case Operation::kJoin: co_return co_await join(request);
    case Operation::kPeople: co_return people();
    case Operation::kRemovePerson: co_return co_await remove(std::move(id));
    case Operation::kGiveRole:
      co_return co_await give_role(request, std::move(caller), std::move(id));
    case Operation::kInvite: co_return co_await invite(request, std::move(caller.actor));
    case Operation::kInvitations: co_return co_await invitations();
    case Operation::kRevokeInvitation: co_return co_await revoke(std::move(id));
    default: break;
  }
  check(false, "what is not about people is answered elsewhere");
  co_return net::problem(internal("not about people"));
}

net::Response PeopleHandler::people() const {
  json::array rows;
  for (const Person& person : parts_.people.people()) rows.push_back(person_row(person));
  return net::json_response(200, json::object{{"people", std::move(rows)}});
}

awaitable<net::Response> PeopleHandler::invitations() {
  json::array rows;
  for (const Invitation& each : parts_.people.invitations()) {
    if (co_await leads_somewhere(each.workspace)) rows.push_back(invitation_row(each));
  }
  co_return net::json_response(200, json::object{{"invitations", std::move(rows)}});
}

awaitable<bool> PeopleHandler::leads_somewhere(const WorkspaceId& workspace) {
  if (workspace.empty()) co_return true;
  const auto meta = co_await parts_.registry.find(workspace);
  co_return meta.ok() || meta.error().code != Errc::kNotFound;
}

awaitable<net::Response> PeopleHandler::invite(const net::Request& request, std::string actor) {
  auto body = parse_json_object(request.body);
  if (!body) co_return net::problem(body.error());
  auto wanted = wanted_of(*body, std::move(actor));
  if (!wanted) co_return net::problem(wanted.error());
  if (!wanted->workspace.empty()) {
    auto meta = co_await parts_.registry.find(wanted->workspace);
    if (!meta) co_return net::problem(meta.error());
  }
  auto write = [&people = parts_.people, wanted = *std::move(wanted)] {
    return people.invite(wanted);
  };
  auto made = co_await parts_.disk.run(std::move(write));
  if (!made) co_return net::problem(made.error());
  json::object row = invitation_row(made->invitation);
  row["secret"] = made->secret;
  co_return secret_answer(201, row);
}

/// A wrong secret counts against the address that it came from.
net::Response PeopleHandler::refused(const net::Request& request, const Error& error) {
  if (error.code == Errc::kNotFound) parts_.attempts.failed(request.remote_address);
  return net::problem(error);
}

awaitable<net::Response> PeopleHandler::look(const net::Request& request) {
  auto body = parse_json_object(request.body);
  if (!body) co_return net::problem(body.error());
  auto secret = need_string(*body, "secret");
  if (!secret) co_return net::problem(secret.error());
  auto found = parts_.people.look(*secret);
  if (!found) co_return refused(request, found.error());
  if (!co_await leads_somewhere(found->workspace)) co_return net::problem(workspace_gone());
  json::object row = invitation_row(*found);
  row.erase("id");
  if (!found->workspace.empty()) {
    auto meta = co_await parts_.registry.find(found->workspace);
    if (meta) row["workspace_name"] = meta->name;
  }
  co_return secret_answer(200, row);
}

awaitable<net::Response> PeopleHandler::join(const net::Request& request) {
  auto body = parse_json_object(request.body);
  if (!body) co_return net::problem(body.error());
  auto secret = need_string(*body, "secret");
  if (!secret) co_return net::problem(secret.error());
  auto name = need_string(*body, "name");
  if (!name) co_return net::problem(name.error());
  const auto opened = parts_.people.look(*secret);
  if (opened && !co_await leads_somewhere(opened->workspace)) {
    co_return net::problem(workspace_gone());
  }
  auto write = [&people = parts_.people, secret = *std::move(secret), name = *std::move(name)] {
    return people.join(secret, name);
  };
  auto joined = co_await parts_.disk.run(std::move(write));
  if (!joined) co_return refused(request, joined.error());
  const Caller caller{"user:" + joined->name, joined->role, joined->id, joined->workspace, 0};
  co_return secret_answer(200, me_json(caller))
      .with("Set-Cookie", parts_.authenticator.person_cookie(joined->id));
}

awaitable<net::Response> PeopleHandler::remove(std::string id) {
  auto write = [&people = parts_.people, id] { return people.remove(id); };
  auto removed = co_await parts_.disk.run(std::move(write));
  if (!removed) co_return net::problem(removed.error());
  parts_.doors.close(id);
  co_return net::Response{204, {}, {}};
}

awaitable<net::Response> PeopleHandler::give_role(const net::Request& request, Caller caller,
                                                  std::string id) {
  auto body = parse_json_object(request.body);
  if (!body) co_return net::problem(body.error());
  if (body->size() != 1) co_return net::problem(invalid("send {\"role\"} alone"));
  auto role = role_in(*body);
  if (!role) co_return net::problem(role.error());
  auto write = [&people = parts_.people, id, role = *role, by = std::move(caller)] {
    return people.give_role(id, role, by);
  };
  auto changed = co_await parts_.disk.run(std::move(write));
  if (!changed) co_return net::problem(changed.error());
  parts_.doors.give_role(id, changed->role);
  co_return net::json_response(200, person_row(*changed));
}

awaitable<net::Response> PeopleHandler::revoke(std::string id) {
  auto write = [&people = parts_.people, id] { return people.revoke(id); };
  auto revoked = co_await parts_.disk.run(std::move(write));
  if (!revoked) co_return net::problem(revoked.error());
  co_return net::Response{204, {}, {}};
}

}  // namespace coditect::api
