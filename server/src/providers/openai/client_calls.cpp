#include "providers/openai/client_calls.h"

#include "base/check.h"
#include "providers/decode.h"

namespace coditect::providers::openai {

namespace {

enum class Output { kText, kPatch, kShell };

struct Kind {
  std::string_view type;
  std::string_view name;   // "" for the item's own
  std::string_view input;  // the member that says what to do
  std::string_view output_type;
  Output output;
};

constexpr Kind kKinds[] = {
    {"custom_tool_call", "", "input", "custom_tool_call_output", Output::kText},
    {"apply_patch_call", "apply_patch", "operation", "apply_patch_call_output", Output::kPatch},
    {"shell_call", "shell", "action", "shell_call_output", Output::kShell},
    {"local_shell_call", "local_shell", "action", "local_shell_call_output", Output::kText},
};

const Kind* kind_of(const json::object& item) {
  const std::string type = text_of(item, "type");
  for (const Kind& kind : kKinds) {
    if (kind.type == type) return &kind;
  }
  return nullptr;
}

json::array shell_output(const ToolResult& result) {
  const bool ok = result.outcome == ToolOutcome::kOk;
  return {json::object{{"stdout", ok ? result.output : ""},
                       {"stderr", ok ? "" : result.output},
                       {"outcome", {{"type", "exit"}, {"exit_code", ok ? 0 : 1}}}}};
}

}  // namespace

bool is_client_call(const json::object& item) {
  // What ran in the vendor's own container is answered already.
  const json::object* place = find_object(item, "environment");
  if (place != nullptr && text_of(*place, "type").starts_with("container")) return false;
  return kind_of(item) != nullptr;
}

std::string client_call_name(const json::object& item) {
  const Kind* kind = kind_of(item);
  check(kind != nullptr, "an item that is a client's call");
  return kind->name.empty() ? text_of(item, "name") : std::string(kind->name);
}

json::object client_call_input(const json::object& item) {
  const Kind* kind = kind_of(item);
  check(kind != nullptr, "an item that is a client's call");
  if (const json::object* input = find_object(item, kind->input)) return *input;
  return {{"input", text_of(item, kind->input)}};
}

json::object client_call_output(const json::object& item, const std::string& call_id,
                                const ToolResult& result) {
  const Kind* kind = kind_of(item);
  check(kind != nullptr, "an item that is a client's call");
  json::object output{{"type", kind->output_type}, {"call_id", call_id}};
  if (kind->output == Output::kPatch) {
    output["status"] = result.outcome == ToolOutcome::kOk ? "completed" : "failed";
  }
  if (kind->output == Output::kShell) {
    output["output"] = shell_output(result);
  } else {
    output["output"] = result.output;
  }
  return output;
}

}  // namespace coditect::providers::openai
