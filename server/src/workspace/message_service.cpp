#include "workspace/message_service.h"

#include "base/limits.h"

namespace coditect::workspace {

namespace {

json::array strings(const std::vector<std::string>& texts) {
  json::array all;
  for (const std::string& text : texts) all.push_back(json::string(text));
  return all;
}

}  // namespace

MessageService::MessageService(EventLog& log, TaskService& tasks,
                               const agents::AgentDirectory& directory, Random& random)
    : log_(log), tasks_(tasks), directory_(directory), random_(random) {}

Result<void> MessageService::check_names(const std::vector<std::string>& names) const {
  for (const std::string& name : names) {
    if (directory_.find(name) != nullptr) continue;
    std::string known;
    for (const std::string& each : directory_.names()) known += " " + each;
    return not_found("there is no agent '" + name + "'", "agents:" + known + ", or all");
  }
  return {};
}

awaitable<Result<MessageService::Sent>> MessageService::send(Actor actor, Draft draft) {
  if (draft.text.size() > limits::kPromptBytesMax) {
    co_return Error{Errc::kLimit, "the message is too long", "put long texts into a file"};
  }
  CO_TRY_VOID(log_.admit());
  if (draft.to == std::vector<std::string>{"all"}) draft.to = directory_.names();
  CO_TRY_VOID(check_names(draft.to));
  Sent sent;
  sent.id = random_.id("m_");
  json::object data{{"id", sent.id},
                    {"from", actor.name},
                    {"to", strings(draft.to)},
                    {"text", draft.text},
                    {"kind", "chat"}};
  if (!draft.images.empty()) data["images"] = to_json(draft.images);
  sent.seq = log_.append({"agent_message", actor.name, actor.session, {}, std::move(data)});
  if (draft.to.empty()) co_return sent;
  TaskRequest request;
  request.agents = std::move(draft.to);
  request.prompt = std::move(draft.text);
  request.images = std::move(draft.images);
  request.worktree = draft.worktree;
  CO_TRY(sent.tasks, co_await tasks_.submit(std::move(actor), std::move(request)));
  co_return sent;
}

}  // namespace coditect::workspace
