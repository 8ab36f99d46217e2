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
  std::string id = text_param(call.params, "id");
  std::string path = optional_text(call.params, "path").value_or("");
  CO_TRY(auto restored,
         co_await call.workspace.checkpoints().restore(call.actor, std::move(id), std::move(path)));
  co_return restored_json(restored);
}

}  // namespace

json::object restored_json(const workspace::Checkpoints::Restored& restored) {
  json::object answer{{"before", to_json(restored.before)}, {"changed", restored.changed}};
  if (!restored.left_out.empty()) answer["left_out"] = json::value_from(restored.left_out);
  return answer;
}

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
       "{checkpoints: [{id, label, seq, ts, tree, files, bytes, task?}]}",
       once_durable<list>},
      {"checkpoints.restore",
       "Brings every file back to what it was, or none; makes a checkpoint first, so it can be "
       "undone.",
       {{"id", "string", kRequired, "the checkpoint's id"},
        {"path", "string", kOptional, "only this file, or what is below this folder"}},
       "{before: checkpoint, changed, left_out?}",
       restore},
  };
}

}  // namespace coditect::api
