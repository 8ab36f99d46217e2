#include "api/rpc/method_table.h"
#include "api/rpc/params.h"
#include "workspace/live/presence.h"

namespace coditect::api {

namespace {

awaitable<Result<json::value>> set(MethodCall call) {
  workspace::Presence::Look look{text_param(call.params, "path"), find_int(call.params, "anchor"),
                                 find_int(call.params, "head")};
  CO_TRY_VOID(call.workspace.presence().look(call.caller.connection, std::move(look)));
  co_return json::object{{"seen", true}};
}

awaitable<Result<json::value>> list(MethodCall call) {
  co_return json::object{{"people", call.workspace.presence().list()}};
}

}  // namespace

std::vector<Method> presence_methods() {
  return {
      {"presence.set",
       "Says what you look at, on a WebSocket that is attached. Others hear it in `presence` "
       "notifications: {people} when somebody comes or goes, {person} when one looks elsewhere.",
       {{"path", "string", kOptional, "the file in front of you; no file where it is absent"},
        {"anchor", "integer", kOptional, "where your selection begins, in UTF-16 units"},
        {"head", "integer", kOptional, "where your cursor is"}},
       "{seen}",
       set},
      {"presence.list",
       "Who has the workspace open, and what each looks at.",
       {},
       "{people: [{connection, name, actor, role, path?, anchor?, head?}]}",
       list},
  };
}

}  // namespace coditect::api
