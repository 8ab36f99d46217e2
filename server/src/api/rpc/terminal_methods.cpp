#include "api/rpc/method_table.h"
#include "api/rpc/params.h"
#include "base/limits.h"
#include "workspace/terminals.h"

namespace coditect::api {

namespace {

Result<tools::TerminalSize> size_of(const json::object& params) {
  constexpr tools::TerminalSize kUsual;
  constexpr int kMost = limits::kTerminalSideMax;
  TRY(std::int64_t columns, integer_param(params, "cols", kUsual.columns, 1, kMost));
  TRY(std::int64_t rows, integer_param(params, "rows", kUsual.rows, 1, kMost));
  return tools::TerminalSize{static_cast<int>(columns), static_cast<int>(rows)};
}

awaitable<Result<json::value>> open(MethodCall call) {
  CO_TRY(const tools::TerminalSize size, size_of(call.params));
  std::optional<std::string> command = optional_text(call.params, "command");
  CO_TRY(std::string id, co_await call.workspace.terminals().open(size, std::move(command)));
  co_return json::object{{"id", std::move(id)}};
}

awaitable<Result<json::value>> write(MethodCall call) {
  CO_TRY_VOID(co_await call.workspace.terminals().write(text_param(call.params, "id"),
                                                        text_param(call.params, "text")));
  co_return json::object{{"written", true}};
}

awaitable<Result<json::value>> resize(MethodCall call) {
  CO_TRY(const tools::TerminalSize size, size_of(call.params));
  CO_TRY_VOID(call.workspace.terminals().resize(text_param(call.params, "id"), size));
  co_return json::object{{"resized", true}};
}

awaitable<Result<json::value>> close(MethodCall call) {
  CO_TRY_VOID(co_await call.workspace.terminals().end(text_param(call.params, "id")));
  co_return json::object{{"closed", true}};
}

awaitable<Result<json::value>> list(MethodCall call) {
  co_return json::object{{"terminals", call.workspace.terminals().list()}};
}

constexpr std::string_view kIdWords = "the terminal's id";
constexpr std::string_view kColumnsWords = "its width in characters";
constexpr std::string_view kRowsWords = "its height in lines";

}  // namespace

std::vector<Method> terminal_methods() {
  return {
      {"terminal.open",
       "Opens a terminal in the sandbox, at the project's root. What it shows follows in "
       "terminal.output notifications {id, text}, its end in terminal.exit {id, exit_code}.",
       {{"cols", "integer", kOptional, kColumnsWords},
        {"rows", "integer", kOptional, kRowsWords},
        {"command", "string", kOptional, "what to run instead of a login shell"}},
       "{id}",
       open},
      {"terminal.list",
       "The open terminals, with the end of what each has shown.",
       {},
       "{terminals: [{id, cols, rows, scrollback}]}",
       list},
      {"terminal.write",
       "Types at a terminal.",
       {{"id", "string", kRequired, kIdWords},
        {"text", "string", kRequired, "what to type, control characters included"}},
       "{written}",
       write},
      {"terminal.resize",
       "Changes a terminal's size.",
       {{"id", "string", kRequired, kIdWords},
        {"cols", "integer", kRequired, kColumnsWords},
        {"rows", "integer", kRequired, kRowsWords}},
       "{resized}",
       resize},
      {"terminal.close",
       "Ends a terminal and everything that was started in it.",
       {{"id", "string", kRequired, kIdWords}},
       "{closed}",
       close},
  };
}

}  // namespace coditect::api
