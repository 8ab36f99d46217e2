#include "api/rpc/method_table.h"
#include "api/rpc/params.h"

namespace coditect::api {

namespace {

using workspace::SecretStore;

Result<SecretStore*> store_of(const MethodCall& call) {
  SecretStore* store = call.workspace.services().secrets;
  if (store == nullptr) return unavailable("this server keeps no secrets");
  return store;
}

/// Says in the log that a secret was set or deleted, and by whom; never its value.
awaitable<Result<Sequence>> record(const MethodCall& call, std::string type, std::string name) {
  workspace::EventLog& log = call.workspace.log();
  json::object data{{"name", std::move(name)}};
  const Sequence seq =
      log.append({std::move(type), call.actor.name, call.actor.session, {}, std::move(data)});
  CO_TRY_VOID(co_await log.durable(seq));
  co_return seq;
}

awaitable<Result<json::value>> set(MethodCall call) {
  CO_TRY(SecretStore* const store, store_of(call));
  CO_TRY_VOID(call.workspace.log().admit());
  const std::string name = text_param(call.params, "name");
  const Time now = call.workspace.services().clock.now();
  auto work = [&call, store, &name, now] {
    return store->set(call.workspace.meta().id, {name, now, call.actor.name},
                      text_param(call.params, "value"));
  };
  CO_TRY_VOID(co_await call.workspace.services().disk.run(std::move(work)));
  CO_TRY(const Sequence seq, co_await record(call, "secret_set", name));
  co_return json::object{{"name", name}, {"set_at", to_rfc3339(now)}, {"seq", seq}};
}

awaitable<Result<json::value>> list(MethodCall call) {
  CO_TRY(SecretStore* const store, store_of(call));
  auto work = [&call, store] { return store->list(call.workspace.meta().id); };
  CO_TRY(const auto entries, co_await call.workspace.services().disk.run(std::move(work)));
  json::array rows;
  for (const SecretStore::Entry& entry : entries) {
    rows.push_back(
        {{"name", entry.name}, {"set_at", to_rfc3339(entry.set_at)}, {"set_by", entry.set_by}});
  }
  co_return json::object{{"secrets", std::move(rows)}};
}

awaitable<Result<json::value>> remove(MethodCall call) {
  CO_TRY(SecretStore* const store, store_of(call));
  CO_TRY_VOID(call.workspace.log().admit());
  const std::string name = text_param(call.params, "name");
  auto work = [&call, store, &name] { return store->remove(call.workspace.meta().id, name); };
  CO_TRY_VOID(co_await call.workspace.services().disk.run(std::move(work)));
  CO_TRY(const Sequence seq, co_await record(call, "secret_deleted", name));
  co_return json::object{{"name", name}, {"seq", seq}};
}

}  // namespace

std::vector<Method> secret_methods() {
  return {
      {"secrets.set",
       "Keeps a value that commands may be given by its name. Nobody is shown it again.",
       {{"name", "string", kRequired, "A-Z, 0-9 and _, at most 64"},
        {"value", "string", kRequired, "8 bytes to 32 KiB"}},
       "{name, set_at, seq}",
       set},
      {"secrets.list",
       "The names of the secrets, by name; never their values.",
       {},
       "{secrets: [{name, set_at, set_by}]}",
       list},
      {"secrets.delete",
       "Forgets a secret.",
       {{"name", "string", kRequired, "which"}},
       "{name, seq}",
       remove},
  };
}

}  // namespace coditect::api
