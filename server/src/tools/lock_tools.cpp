#include "tools/project_path.h"
#include "tools/tool_call.h"

namespace coditect::tools {

namespace {

ToolOutcome said(std::string words, std::string path) {
  return {.ok = true, .output = std::move(words), .details = {{"path", std::move(path)}}};
}

}  // namespace

awaitable<Result<ToolOutcome>> lock_files(const ToolCall& call) {
  CO_TRY(const std::string asked, need_string(call.input, "path"));
  CO_TRY(std::string path, lockable_path(asked));
  CO_TRY(std::string words, co_await call.host.lock(call.caller, path, call.stop));
  co_return said(std::move(words), std::move(path));
}

awaitable<Result<ToolOutcome>> unlock_files(const ToolCall& call) {
  CO_TRY(const std::string asked, need_string(call.input, "path"));
  CO_TRY(std::string path, lockable_path(asked));
  CO_TRY(std::string words, co_await call.host.unlock(call.caller, path));
  co_return said(std::move(words), std::move(path));
}

}  // namespace coditect::tools
