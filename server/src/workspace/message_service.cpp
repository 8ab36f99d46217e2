#include "workspace/message_service.h"

#include "base/limits.h"

namespace coditect::workspace {

MessageService::MessageService(EventLog& log, TaskService& tasks,
                               const agents::AgentDirectory& directory, Random& random)
    : log_(log), tasks_(tasks), directory_(directory), random_(random) {}

awaitable<Result<MessageService::Sent>> MessageService::send(Actor actor,
                                                             std::vector<std::string> to,
                                                             std::string text,
                                                             queue::WorktreeMode worktree) {
  if (text.size() > limits::kPromptBytesMax) {
    co_return Error{Errc::kLimit, "the message is too long", "put long texts into a file"};
  }
  CO_TRY_VOID(log_.admit());
  if (to == std::vector<std::string>{"all"}) to = directory_.names();
  json::array names;
  for (const std::string& name : to) {
    if (directory_.find(name) == nullptr) {
      std::string known;
      for (const std::string& each : directory_.names()) known += " " + each;
      co_return not_found("there is no agent '" + name + "'", "agents:" + known + ", or all");
    }
    names.push_back(json::string(name));
  }
  Sent sent;
  sent.id = random_.id("m_");
  json::object data{{"id", sent.id},
                    {"from", actor.name},
                    {"to", std::move(names)},
                    {"text", text},
                    {"kind", "chat"}};
  sent.seq = log_.append({"agent_message", actor.name, actor.session, {}, std::move(data)});
  if (to.empty()) co_return sent;
  TaskRequest request;
  request.agents = std::move(to);
  request.prompt = std::move(text);
  request.worktree = worktree;
  CO_TRY(sent.tasks, co_await tasks_.submit(std::move(actor), std::move(request)));
  co_return sent;
}

}  // namespace coditect::workspace
