#include "api/rpc/method_table.h"
#include "api/rpc/params.h"
#include "base/limits.h"

namespace coditect::api {

namespace {

awaitable<Result<json::value>> create(MethodCall call) {
  const std::string label = optional_text(call.params, "label").value_or("");
  if (label.size() > limits::kNameBytesMax) {
    co_return invalid("'label' is too long",
                      "use at most " + std::to_string(limits::kNameBytesMax) + " bytes");
  }
  CO_TRY(auto checkpoint, co_await call.workspace.checkpoints().create(call.actor, label));
  co_return to_json(checkpoint);
}

awaitable<Result<json::value>> list(MethodCall call) {
  co_return json::object{{"checkpoints", call.workspace.state().checkpoints.snapshot()}};
}

awaitable<Result<json::value>> restore(MethodCall call) {
  CO_TRY(auto restored,
         co_await call.workspace.checkpoints().restore(call.actor, text_param(call.params, "id")));
  co_return json::object{{"before", to_json(restored.before)}, {"changed", restored.changed}};
}

}  // namespace

std::vector<Method> checkpoint_methods() {
  return {
      {"checkpoints.create",
       "Keeps the project's tree as it is now.",
       {{"label", "string", kOptional, "what to call it"}},
       "{id, label, seq, ts, tree, files, bytes}",
       create},
      {"checkpoints.list",
       "The trees that are kept, oldest first.",
       {},
       "{checkpoints: [{id, label, seq, ts, tree, files, bytes}]}",
       once_durable<list>},
      {"checkpoints.restore",
       "Brings every file back to what it was; makes a checkpoint first, so it can be undone.",
       {{"id", "string", kRequired, "the checkpoint's id"}},
       "{before: checkpoint, changed}",
       restore},
  };
}

}  // namespace coditect::api
