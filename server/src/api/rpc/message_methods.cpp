#include "api/rpc/images_param.h"
#include "api/rpc/method_table.h"
#include "api/rpc/params.h"
#include "base/base64.h"
#include "base/image_header.h"
#include "base/limits.h"

namespace coditect::api {

namespace {

awaitable<Result<json::value>> send(MethodCall call) {
  CO_TRY(std::vector<std::string> to, texts_param(call.params, "to"));
  if (to.empty()) {
    co_return invalid("'to' names nobody", "use the names of agents, or [\"all\"]");
  }
  workspace::MessageService::Draft draft{std::move(to), text_param(call.params, "text")};
  if (draft.text.empty()) co_return invalid("'text' is empty");
  const std::string where = optional_text(call.params, "worktree").value_or("none");
  CO_TRY(draft.worktree, queue::parse_worktree_mode(where));
  CO_TRY(draft.images, co_await keep_images(call));
  CO_TRY(auto sent, co_await call.workspace.messages().send(call.actor, std::move(draft)));
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

awaitable<Result<json::value>> image(MethodCall call) {
  CO_TRY(const std::string bytes,
         co_await call.workspace.images().bytes(text_param(call.params, "hash")));
  CO_TRY(ImageHeader header, read_image_header(bytes));
  co_return json::object{{"base64", to_base64(bytes)},
                         {"media_type", std::move(header.media_type)},
                         {"size", bytes.size()}};
}

}  // namespace

std::vector<Method> message_methods() {
  return {
      {"messages.send",
       "Says something to agents; each of them gets it as a task.",
       {{"to", "array", kRequired, "agents' names, or [\"all\"]"},
        {"text", "string", kRequired, "what to say"},
        kImagesParameter,
        {"worktree", "string", kOptional, "where the tasks work, as tasks.submit says"}},
       "{id, seq, tasks: [{id, agent}]}",
       send},
      {"messages.list",
       "The conversation, oldest first; the newest messages where no place is named.",
       {{"before", "integer", kOptional, "only messages before this event"},
        {"limit", "integer", kOptional, "1 to 1000, 100 where it is absent"}},
       "{messages: [{seq, ts, id, from, to, text, kind, task?, images?}], more}",
       once_durable<list>},
      {"messages.image",
       "A picture that belongs to a message.",
       {{"hash", "string", kRequired, "of the message's images"}},
       "{base64, media_type, size}",
       image},
  };
}

}  // namespace coditect::api
