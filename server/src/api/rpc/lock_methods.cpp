#include "api/rpc/lock_rows.h"
#include "api/rpc/method_table.h"
#include "api/rpc/params.h"
#include "base/limits.h"

namespace coditect::api {

namespace {

using std::chrono::milliseconds;

json::object grant_json(const locks::Grant& grant) {
  return {{"token", grant.token}, {"expires_at", to_rfc3339(grant.expires_at)}};
}

Result<milliseconds> lease_of(const json::object& params) {
  const auto most = milliseconds(limits::kLockLeaseMax).count();
  TRY(std::int64_t lease,
      integer_param(params, "lease_ms", milliseconds(limits::kLockLease).count(), 1, most));
  return milliseconds(lease);
}

awaitable<Result<json::value>> list(MethodCall call) {
  const workspace::WorkspaceState& state = call.workspace.state();
  co_return json::object{{"locks", lock_rows(state)}, {"waiting", lock_wait_rows(state)}};
}

awaitable<Result<json::value>> acquire(MethodCall call) {
  locks::Request request;
  request.path = text_param(call.params, "path");
  CO_TRY(request.mode, locks::parse_mode(text_param(call.params, "mode")));
  const auto most = milliseconds(limits::kLockWaitMax).count();
  CO_TRY(std::int64_t timeout, integer_param(call.params, "timeout_ms", 0, 0, most));
  request.timeout = milliseconds(timeout);
  CO_TRY(request.lease, lease_of(call.params));
  request.holder = call.actor.name;
  request.session = call.actor.session;
  CO_TRY(locks::Grant grant,
         co_await call.workspace.locks().acquire(std::move(request), {}, nullptr));
  co_return grant_json(grant);
}

awaitable<Result<json::value>> renew(MethodCall call) {
  CO_TRY(auto token, sequence_param(call.params, "token"));
  CO_TRY(milliseconds lease, lease_of(call.params));
  const bool in_person = find_bool(call.params, "in_person").value_or(true);
  const auto renewal = in_person ? locks::Renewal::kInPerson : locks::Renewal::kByItself;
  CO_TRY(locks::Grant grant,
         co_await call.workspace.locks().renew(*token, call.actor.name, lease, renewal));
  co_return grant_json(grant);
}

awaitable<Result<json::value>> release(MethodCall call) {
  CO_TRY(auto token, sequence_param(call.params, "token"));
  CO_TRY_VOID(co_await call.workspace.locks().release(text_param(call.params, "path"), *token,
                                                      call.actor.name));
  co_return json::object{{"released", true}};
}

awaitable<Result<json::value>> resolve(MethodCall call) {
  CO_TRY(auto token, sequence_param(call.params, "token"));
  CO_TRY_VOID(co_await call.workspace.locks().revoke(*token, call.actor.name));
  co_return json::object{{"revoked", true}};
}

constexpr std::string_view kTokenWords = "the lock's token";

}  // namespace

std::vector<Method> lock_methods() {
  return {
      {"locks.list",
       "Who holds which locks, and who waits.",
       {},
       "{locks: [{path, mode, token, holder, expires_at}], waiting: [{path, mode, holder, "
       "waits_for, since, task?, told?, approval?}]}",
       once_durable<list>},
      {"locks.acquire",
       "Takes a lock, waiting its turn. A path that ends with / is a folder; globs are allowed.",
       {{"path", "string", kRequired, "a file, a folder or a glob"},
        {"mode", "string", kRequired, "read or write"},
        {"timeout_ms", "integer", kOptional, "how long to wait; 0 refuses at once"},
        {"lease_ms", "integer", kOptional, "how long it holds without renewal"}},
       "{token, expires_at}",
       acquire},
      {"locks.renew",
       "Prolongs a lock of yours.",
       {{"path", "string", kOptional, "for readers of the log"},
        {"token", "integer", kRequired, kTokenWords},
        {"lease_ms", "integer", kOptional, "how long it holds from now"},
        {"in_person", "boolean", kOptional,
         "false where a client renews by itself: that is no sign that anybody uses the lock"}},
       "{token, expires_at}",
       renew},
      {"locks.release",
       "Gives a lock of yours back.",
       {{"path", "string", kRequired, "the path it was taken for"},
        {"token", "integer", kRequired, kTokenWords}},
       "{released}",
       release},
      {"locks.resolve",
       "Takes a lock away from whoever holds it; a write with its token then fails.",
       {{"token", "integer", kRequired, kTokenWords}},
       "{revoked}",
       resolve},
  };
}

}  // namespace coditect::api
