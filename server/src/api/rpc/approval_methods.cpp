#include <algorithm>

#include "api/rpc/approval_rows.h"
#include "api/rpc/method_table.h"
#include "api/rpc/params.h"
#include "tools/intent.h"
#include "tools/tool_spec.h"
#include "workspace/mcp/mcp_service.h"

namespace coditect::api {

namespace {

awaitable<Result<json::value>> list(MethodCall call) {
  co_return json::object{{"approvals", approval_rows(call.workspace.state())}};
}

awaitable<Result<json::value>> answer(MethodCall call) {
  const std::string name = text_param(call.params, "decision");
  const std::string id = text_param(call.params, "id");
  const auto& open = call.workspace.state().approvals.open();
  const auto asked = open.find(id);
  // Of one that is not open the desk says why.
  CO_TRY(const approvals::Decision decision,
         asked == open.end() ? approvals::parse_answer_word(name)
                             : approvals::parse_answer_word(asked->second.kind, name));
  CO_TRY(const Sequence seq, co_await call.workspace.approvals().answer(
                                 id, decision, optional_text(call.params, "note").value_or(""),
                                 call.actor.name, call.actor.session));
  co_return json::object{{"id", id}, {"decision", name}, {"seq", seq}};
}

awaitable<Result<json::value>> get_policy(MethodCall call) {
  co_return approval_policy(call.workspace.state());
}

/// The event that sets a mode; nothing where the call sets none.
Result<std::optional<EventDraft>> mode_change(const MethodCall& call) {
  const auto agent = optional_text(call.params, "agent");
  const auto name = optional_text(call.params, "mode");
  if (!name) {
    if (agent) return invalid("'agent' is given without a 'mode'");
    return std::optional<EventDraft>();
  }
  if (agent && call.workspace.services().agents.find(*agent) == nullptr) {
    return invalid("there is no agent '" + *agent + "'", "agents.list names them");
  }
  if (agent && *name == "workspace") return std::optional(approvals::mode_event(agent, {}));
  TRY(const approvals::Mode mode, approvals::parse_mode(*name));
  return std::optional(approvals::mode_event(agent, mode));
}

/// A rule for a tool that is misspelt would never fit, and nobody would notice. What tools the
/// workspace's MCP servers have is known only while they are there.
Result<void> check_tools(const MethodCall& call, const std::vector<approvals::Rule>& rules) {
  const std::vector<tools::ToolSpec> specs = tools::tool_specs();
  for (const approvals::Rule& rule : rules) {
    if (!rule.tool()) continue;
    if (std::ranges::find(specs, *rule.tool(), &tools::ToolSpec::name) != specs.end()) continue;
    if (call.workspace.state().mcp.servers().contains(workspace::server_of_tool(*rule.tool()))) {
      continue;
    }
    std::string names;
    for (const tools::ToolSpec& spec : specs) names += (names.empty() ? "" : ", ") + spec.name;
    return invalid("there is no tool '" + *rule.tool() + "'", "the tools are: " + names);
  }
  return {};
}

awaitable<Result<json::value>> set_policy(MethodCall call) {
  std::vector<EventDraft> changes;
  CO_TRY(auto mode, mode_change(call));
  if (mode) changes.push_back(*std::move(mode));
  if (const json::array* array = find_array(call.params, "rules")) {
    CO_TRY(const std::vector<approvals::Rule> rules, approvals::parse_rules(*array));
    CO_TRY_VOID(check_tools(call, rules));
    changes.push_back(approvals::rules_event(rules));
  }
  if (const auto timeout = find_int(call.params, "timeout_s")) {
    CO_TRY(EventDraft change, approvals::timeout_event(std::chrono::seconds(*timeout)));
    changes.push_back(std::move(change));
  }
  if (changes.empty()) co_return invalid("nothing is to be set", "give mode, rules or timeout_s");
  for (EventDraft& change : changes) {
    change.actor = call.actor.name;
    change.session = call.actor.session;
  }
  CO_TRY(const Sequence seq, co_await call.workspace.approvals().change(std::move(changes)));
  json::object policy = approval_policy(call.workspace.state());
  policy["seq"] = seq;
  co_return policy;
}

/// What the call that is to be checked would do.
Result<approvals::Intent> intent_of(const MethodCall& call, const std::string& tool) {
  if (const auto effect = call.workspace.mcp().effect_of(tool)) {
    return approvals::Intent{tool, *effect, {}, {}, {}};
  }
  const std::vector<tools::ToolSpec> specs = tools::tool_specs();
  const auto spec = std::ranges::find(specs, tool, &tools::ToolSpec::name);
  if (spec == specs.end()) return invalid("there is no tool '" + tool + "'");
  const json::object& input = call.params.at("input").as_object();
  TRY_VOID(tools::validate_input(*spec, input));
  return tools::intent_of(tool, input);
}

/// What would become of a call, by the policy as it is or with other rules.
awaitable<Result<json::value>> check_call(MethodCall call) {
  const auto agent = optional_text(call.params, "agent");
  if (agent && call.workspace.services().agents.find(*agent) == nullptr) {
    co_return invalid("there is no agent '" + *agent + "'", "agents.list names them");
  }
  const std::string tool = text_param(call.params, "tool");
  CO_TRY(approvals::Intent intent, intent_of(call, tool));
  std::optional<std::vector<approvals::Rule>> rules;
  if (const json::array* array = find_array(call.params, "rules")) {
    CO_TRY(rules, approvals::parse_rules(*array));
    CO_TRY_VOID(check_tools(call, *rules));
  }
  const approvals::Verdict verdict =
      co_await call.workspace.host().judge(agent.value_or(""), std::move(intent), std::move(rules));
  co_return json::object{{"decision", to_string(verdict.decision)}, {"why", verdict.why}};
}

constexpr std::string_view kPolicyWords =
    "{mode, agents: {NAME: mode}, rules: [{tool?, path?, command?, secret?, decision}], timeout_s, "
    "on_timeout}";

}  // namespace

std::vector<Method> approval_methods() {
  return {
      {"approvals.list",
       "What agents wait for a person to allow, oldest first.",
       {},
       "{approvals: [{id, agent, task, tool, input, why, requested_at, expires_at, kind?, "
       "choices?}]}",
       once_durable<list>},
      {"approvals.answer",
       "Answers what an agent asked for, or waits for. The first answer holds.",
       {{"id", "string", kRequired, "the approval's id"},
        {"decision", "string", kRequired,
         "allow or deny; of a lock that an agent waits for: approve, wait or cancel"},
        {"note", "string", kOptional, "why, for the agent"}},
       "{id, decision, seq}",
       answer},
      {"approvals.get_policy",
       "What agents may do by themselves and what a person is asked for.",
       {},
       kPolicyWords,
       once_durable<get_policy>},
      {"approvals.set_policy",
       "Sets what is given and leaves the rest. What waits is decided anew.",
       {{"mode", "string", kOptional,
         "read-only, ask, auto-edit or full; of an agent also workspace: the workspace's"},
        {"agent", "string", kOptional, "whose mode; absent: the workspace's"},
        {"rules", "array", kOptional,
         "all rules, in order: {tool?, path?, command?, secret?, decision: allow, ask or deny}; "
         "the last that fits decides"},
        {"timeout_s", "integer", kOptional, "how long a question waits before it is denied"}},
       "the policy, as approvals.get_policy gives it, and {seq}",
       set_policy},
      {"approvals.check",
       "What would become of a call of a tool, and because of what. Nobody is asked.",
       {{"tool", "string", kRequired, "a tool's name"},
        {"input", "object", kRequired, "its input, as an agent gives it"},
        {"agent", "string", kOptional, "whose mode counts; absent: the workspace's"},
        {"rules", "array", kOptional, "instead of the workspace's, to try them"}},
       "{decision: allow, ask or deny, why}",
       once_durable<check_call>},
  };
}

}  // namespace coditect::api
