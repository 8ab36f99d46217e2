#include "coordination/bus/bus.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/limits.h"

namespace coditect::bus {

namespace {

Error misfit(const Event& event) {
  return internal("the log's " + event.type + " does not fit the mailboxes");
}

bool is_sender(const Outgoing& outgoing, std::string_view agent) {
  return outgoing.from == "agent:" + std::string(agent);
}

json::array entries_json(const std::map<Sequence, std::string>& entries) {
  json::array array;
  for (const auto& [seq, id] : entries) array.emplace_back(id);
  return array;
}

}  // namespace

Result<std::vector<std::string>> Bus::recipients(const Outgoing& outgoing,
                                                 std::span<const std::string> agents) const {
  if (outgoing.topic.has_value() == !outgoing.to.empty()) {
    return invalid("a message goes to agents or to a topic", "give one of the two");
  }
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  };
  for (const std::string& agent : agents) {
    if (is_sender(outgoing, agent) || !outgoing.topic) continue;
    const auto topics = topics_.find(agent);
    if (topics != topics_.end() && topics->second.contains(*outgoing.topic)) add(agent);
  }
  for (const std::string& name : outgoing.to) {
    if (name == "all") {
      for (const std::string& agent : agents) {
        if (!is_sender(outgoing, agent)) add(agent);
      }
    } else if (std::ranges::find(agents, name) != agents.end()) {
      add(name);
    } else {
      return not_found("there is no agent '" + name + "'", "list the agents, or write to all");
    }
  }
  if (names.empty()) return not_found("nobody would get the message", "name an agent");
  return names;
}

Result<EventDraft> Bus::send(const Outgoing& outgoing, std::span<const std::string> agents) const {
  if (outgoing.id.empty() || outgoing.from.empty()) return invalid("a message needs id and from");
  if (messages_.contains(outgoing.id)) {
    return Error{Errc::kConflict, "message " + outgoing.id + " exists already", {}};
  }
  if (outgoing.text.empty()) return invalid("a message needs a text");
  if (outgoing.text.size() > limits::kPromptBytesMax) {
    return Error{Errc::kLimit, "the message is too long",
                 "put long material into a file and name it"};
  }
  TRY(std::vector<std::string> names, recipients(outgoing, agents));
  for (const std::string& name : names) {
    const auto mailbox = mailboxes_.find(name);
    if (mailbox != mailboxes_.end() && mailbox->second.size() >= limits::kMailboxMax) {
      return Error{Errc::kLimit, "the mailbox of " + name + " is full",
                   "wait until it has read some of its messages"};
    }
  }
  EventDraft draft{"bus_message", outgoing.from, outgoing.session, outgoing.task, {}};
  draft.data["id"] = outgoing.id;
  draft.data["from"] = outgoing.from;
  draft.data["to"] = json::array(names.begin(), names.end());
  if (outgoing.topic) draft.data["topic"] = *outgoing.topic;
  draft.data["text"] = outgoing.text;
  return draft;
}

std::optional<Bus::Delivery> Bus::delivery(std::string_view id, std::string_view agent) const {
  const auto message = messages_.find(id);
  const auto mailbox = mailboxes_.find(agent);
  if (message == messages_.end() || mailbox == mailboxes_.end()) return std::nullopt;
  const Sequence seq = message->second.seq;
  if (mailbox->second.pending.contains(seq)) return Delivery::kPending;
  if (mailbox->second.delivered.contains(seq)) return Delivery::kDelivered;
  return std::nullopt;
}

Result<EventDraft> Bus::delivered(std::string_view id, std::string_view agent) const {
  const auto state = delivery(id, agent);
  if (!state)
    return not_found("no message " + std::string(id) + " waits for " + std::string(agent));
  if (*state != Delivery::kPending) {
    return Error{Errc::kConflict, "message " + std::string(id) + " is delivered already", {}};
  }
  EventDraft draft{"bus_delivered", "agent:" + std::string(agent), {}, {}, {}};
  draft.data["id"] = id;
  draft.data["to"] = agent;
  return draft;
}

Result<EventDraft> Bus::read(std::string_view id, std::string_view agent) const {
  const auto state = delivery(id, agent);
  if (!state)
    return not_found("no message " + std::string(id) + " waits for " + std::string(agent));
  if (*state != Delivery::kDelivered) {
    return Error{Errc::kConflict, "message " + std::string(id) + " is not delivered yet",
                 "deliver it first"};
  }
  EventDraft draft{"bus_read", "agent:" + std::string(agent), {}, {}, {}};
  draft.data["id"] = id;
  draft.data["to"] = agent;
  return draft;
}

const Message* Bus::next_pending(std::string_view agent) const {
  const auto mailbox = mailboxes_.find(agent);
  if (mailbox == mailboxes_.end() || mailbox->second.pending.empty()) return nullptr;
  return &messages_.find(mailbox->second.pending.begin()->second)->second;
}

std::vector<const Message*> Bus::unread(std::string_view agent) const {
  std::vector<const Message*> messages;
  const auto mailbox = mailboxes_.find(agent);
  if (mailbox == mailboxes_.end()) return messages;
  for (const auto* entries : {&mailbox->second.delivered, &mailbox->second.pending}) {
    for (const auto& [seq, id] : *entries) messages.push_back(&messages_.find(id)->second);
  }
  std::ranges::sort(messages, {}, &Message::seq);
  return messages;
}

Result<void> Bus::apply(const Event& event) {
  if (event.type == "bus_message") return accept(event);
  if (event.type == "bus_delivered") return advance(event, Delivery::kPending);
  if (event.type == "bus_read") return advance(event, Delivery::kDelivered);
  return {};
}

Result<void> Bus::accept(const Event& event) {
  Message message;
  TRY(message.id, need_string(event.data, "id"));
  TRY(message.from, need_string(event.data, "from"));
  TRY(message.text, need_string(event.data, "text"));
  message.topic = find_string(event.data, "topic");
  message.seq = event.seq;
  const json::array* to = find_array(event.data, "to");
  if (to == nullptr || to->empty() || messages_.contains(message.id)) return misfit(event);
  std::set<std::string> names;
  for (const json::value& name : *to) {
    if (!name.is_string()) return misfit(event);
    names.emplace(name.get_string());
  }
  message.unread = names.size();
  for (const std::string& name : names) mailboxes_[name].pending.emplace(event.seq, message.id);
  std::string id = message.id;
  messages_.emplace(std::move(id), std::move(message));
  return {};
}

Result<void> Bus::advance(const Event& event, Delivery from) {
  TRY(std::string id, need_string(event.data, "id"));
  TRY(std::string agent, need_string(event.data, "to"));
  if (delivery(id, agent) != from) return misfit(event);
  const auto message = messages_.find(id);
  const auto mailbox = mailboxes_.find(agent);
  const Sequence seq = message->second.seq;
  if (from == Delivery::kPending) {
    mailbox->second.delivered.insert(mailbox->second.pending.extract(seq));
    return {};
  }
  mailbox->second.delivered.erase(seq);
  if (mailbox->second.size() == 0) mailboxes_.erase(mailbox);
  if (--message->second.unread == 0) messages_.erase(message);
  return {};
}

Result<void> Bus::subscribe(std::string_view agent, std::string_view topic) {
  if (topic.empty() || topic.size() > limits::kNameBytesMax) {
    return invalid("a topic has 1 to " + std::to_string(limits::kNameBytesMax) + " bytes");
  }
  auto& topics = topics_[std::string(agent)];
  if (topics.size() >= limits::kTopicsMax && !topics.contains(topic)) {
    return Error{Errc::kLimit,
                 std::string(agent) + " subscribes to " + std::to_string(limits::kTopicsMax) +
                     " topics already",
                 "unsubscribe from some"};
  }
  topics.emplace(topic);
  return {};
}

void Bus::unsubscribe(std::string_view agent, std::string_view topic) {
  const auto topics = topics_.find(agent);
  if (topics == topics_.end()) return;
  const auto found = topics->second.find(topic);
  if (found != topics->second.end()) topics->second.erase(found);
  if (topics->second.empty()) topics_.erase(topics);
}

void Bus::unsubscribe_all(std::string_view agent) {
  const auto topics = topics_.find(agent);
  if (topics != topics_.end()) topics_.erase(topics);
}

json::object Bus::snapshot() const {
  json::array messages;
  for (const auto& [id, message] : messages_) {
    json::object object;
    object["id"] = id;
    object["from"] = message.from;
    if (message.topic) object["topic"] = *message.topic;
    object["text"] = message.text;
    object["seq"] = static_cast<std::int64_t>(message.seq);
    messages.push_back(std::move(object));
  }
  json::object mailboxes;
  for (const auto& [agent, mailbox] : mailboxes_) {
    mailboxes[agent] = {{"pending", entries_json(mailbox.pending)},
                        {"delivered", entries_json(mailbox.delivered)}};
  }
  json::object object;
  object["messages"] = std::move(messages);
  object["mailboxes"] = std::move(mailboxes);
  return object;
}

Result<void> Bus::restore_message(const json::value& value) {
  const json::object* object = value.if_object();
  if (object == nullptr) return invalid("a bus snapshot holds something that is no message");
  Message message;
  TRY(message.id, need_string(*object, "id"));
  TRY(message.from, need_string(*object, "from"));
  TRY(message.text, need_string(*object, "text"));
  TRY(std::int64_t seq, need_int(*object, "seq"));
  message.seq = static_cast<Sequence>(seq);
  message.topic = find_string(*object, "topic");
  std::string id = message.id;
  messages_.emplace(std::move(id), std::move(message));
  return {};
}

Result<void> Bus::restore_entries(const json::array* ids, std::map<Sequence, std::string>& to) {
  if (ids == nullptr) return invalid("a mailbox in a bus snapshot lacks a member");
  for (const json::value& id : *ids) {
    if (!id.is_string()) return invalid("a mailbox in a bus snapshot holds no message id");
    const auto message = messages_.find(std::string_view(id.get_string()));
    if (message == messages_.end()) return invalid("a mailbox names a message that is not there");
    to.emplace(message->second.seq, message->first);
    ++message->second.unread;
  }
  return {};
}

Result<Bus> Bus::restore(const json::object& snapshot) {
  Bus bus;
  const json::array* messages = find_array(snapshot, "messages");
  const json::object* mailboxes = find_object(snapshot, "mailboxes");
  if (messages == nullptr || mailboxes == nullptr) return invalid("a bus snapshot lacks a member");
  for (const json::value& value : *messages) TRY_VOID(bus.restore_message(value));
  for (const auto& member : *mailboxes) {
    const json::object* box = member.value().if_object();
    if (box == nullptr) return invalid("a bus snapshot holds something that is no mailbox");
    Mailbox& mailbox = bus.mailboxes_[std::string(member.key())];
    TRY_VOID(bus.restore_entries(find_array(*box, "pending"), mailbox.pending));
    TRY_VOID(bus.restore_entries(find_array(*box, "delivered"), mailbox.delivered));
  }
  return bus;
}

}  // namespace coditect::bus
