#include "providers/simulator/message_threads.h"

namespace coditect::simulator {

Result<json::object> MessageThreads::whole_request(json::object body) const {
  const json::object* thread = find_object(body, "thread");
  if (thread == nullptr) return body;
  TRY(const std::string type, need_string(*thread, "type"));
  if (type == "create") return body;
  if (type != "continue") return invalid("thread.type: must be create or continue");
  TRY(const std::string id, need_string(*thread, "previous_message_id"));
  const json::array* news = find_array(body, "messages");
  if (news == nullptr) return invalid("messages: field required");
  json::object whole;
  {
    const std::lock_guard lock(mutex_);
    const auto held = requests_.find(id);
    if (held == requests_.end()) return not_found("thread: no answer '" + id + "' is held");
    whole = held->second;
  }
  json::array messages = std::move(whole["messages"].as_array());
  messages.insert(messages.end(), news->begin(), news->end());
  for (auto& member : body) whole[member.key()] = std::move(member.value());
  whole["messages"] = std::move(messages);
  return whole;
}

void MessageThreads::keep(json::object whole_request, const json::object& answer) {
  if (find_object(whole_request, "thread") == nullptr) return;
  whole_request["messages"].as_array().push_back(
      json::object{{"role", "assistant"}, {"content", answer.at("content")}});
  const std::string id(answer.at("id").as_string());
  const std::lock_guard lock(mutex_);
  requests_.emplace(id, std::move(whole_request));
  oldest_first_.push_back(id);
  if (oldest_first_.size() <= kThreadsMax) return;
  requests_.erase(oldest_first_.front());
  oldest_first_.pop_front();
}

}  // namespace coditect::simulator
