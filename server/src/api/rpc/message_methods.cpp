#include "api/rpc/method_table.h"
#include "api/rpc/params.h"
#include "base/limits.h"

namespace coditect::api {

namespace {

awaitable<Result<json::value>> send(MethodCall call) {
  CO_TRY(std::vector<std::string> to, texts_param(call.params, "to"));
  if (to.empty()) {
    co_return invalid("'to' names nobody", "use the names of agents, or [\"all\"]");
  }
  const std::string text = text_param(call.params, "text");
  if (text.empty()) co_return invalid("'text' is empty");
  const std::string where = optional_text(call.params, "worktree").value_or("none");
  CO_TRY(const queue::WorktreeMode worktree, queue::parse_worktree_mode(where));
  CO_TRY(auto sent,
         co_await call.workspace.messages().send(call.actor, std::move(to), text, worktree));
  json::array tasks;
  for (const TaskId& id : sent.tasks) {
    const queue::Task* task = call.workspace.state().tasks.find(id);
    tasks.push_back({{"id", id.str()}, {"agent", task == nullptr ? "" : task->agent}});
  }
  co_return json::object{{"id", sent.id}, {"seq", sent.seq}, {"tasks", std::move(tasks)}};
}

awaitable<Result<json::value>> list(MethodCall call) {
  CO_TRY(auto before, sequence_param(call.params, "before"));
  CO_TRY(std::int64_t limit,
         integer_param(call.params, "limit", 100, 1, static_cast<std::int64_t>(limits::kPageMax)));
  co_return co_await call.workspace.queries().messages(before, static_cast<std::size_t>(limit));
}

}  // namespace

std::vector<Method> message_methods() {
  return {
      {"messages.send",
       "Says something to agents; each of them gets it as a task.",
       {{"to", "array", kRequired, "agents' names, or [\"all\"]"},
        {"text", "string", kRequired, "what to say"},
        {"worktree", "string", kOptional, "where the tasks work, as tasks.submit says"}},
       "{id, seq, tasks: [{id, agent}]}",
       send},
      {"messages.list",
       "The conversation, oldest first; the newest messages where no place is named.",
       {{"before", "integer", kOptional, "only messages before this event"},
        {"limit", "integer", kOptional, "1 to 1000, 100 where it is absent"}},
       "{messages: [{seq, ts, id, from, to, text, kind, task?}], more}",
       once_durable<list>},
  };
}

}  // namespace coditect::api
