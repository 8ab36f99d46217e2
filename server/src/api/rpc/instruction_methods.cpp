#include "api/rpc/method_table.h"
#include "api/rpc/params.h"
#include "workspace/instructions/project_instructions.h"

namespace coditect::api {

namespace {

workspace::ProjectInstructions instructions_of(workspace::Workspace& workspace) {
  return {workspace.log(), workspace.state(), workspace.files()};
}

awaitable<Result<json::value>> list(MethodCall call) {
  co_return instructions_of(call.workspace).list();
}

awaitable<Result<json::value>> trust(MethodCall call) {
  workspace::ProjectInstructions instructions = instructions_of(call.workspace);
  const std::string path = text_param(call.params, "path");
  const std::string hash = text_param(call.params, "hash");
  CO_TRY(const Sequence seq, co_await instructions.trust(call.actor, path, hash));
  co_return json::object{{"path", path}, {"hash", hash}, {"seq", seq}};
}

awaitable<Result<json::value>> distrust(MethodCall call) {
  workspace::ProjectInstructions instructions = instructions_of(call.workspace);
  const std::string path = text_param(call.params, "path");
  CO_TRY(const Sequence seq, co_await instructions.distrust(call.actor, path));
  co_return json::object{{"path", path}, {"seq", seq}};
}

}  // namespace

std::vector<Method> instruction_methods() {
  return {
      {"instructions.list",
       "The project's AGENTS.md, CLAUDE.md and GEMINI.md, in any folder. `changed`: it was trusted "
       "with another content.",
       {},
       "{instructions: [{path, hash, bytes, trusted, changed}], truncated}",
       once_durable<list>},
      {"instructions.trust",
       "Lets a file instruct agents as long as it has this content.",
       {{"path", "string", kRequired, "the file"},
        {"hash", "string", kRequired, "hex SHA-256 of its content, as it was read"}},
       "{path, hash, seq}",
       trust},
      {"instructions.distrust",
       "Takes that back: from the next task on agents do not get it.",
       {{"path", "string", kRequired, "the file"}},
       "{path, seq}",
       distrust},
  };
}

}  // namespace coditect::api
