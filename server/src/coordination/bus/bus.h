#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/event.h"
#include "base/json.h"
#include "base/result.h"

namespace coditect::bus {

/// A message of one agent to others. Exactly one of `to` and `topic` says who gets it.
struct Outgoing {
  std::string id;               ///< fresh
  std::string from;             ///< an actor: "agent:claude", "user:anna"
  std::vector<std::string> to;  ///< agents' names, or "all"
  std::optional<std::string> topic;
  std::string text;
  std::string session;
  std::string task;
};

struct Message {
  std::string id;
  std::string from;
  std::optional<std::string> topic;
  std::string text;
  Sequence seq = 0;
  std::size_t unread = 0;  ///< recipients that have not read it
};

/// Messages between the agents of one workspace, and who has got and read what.
///
/// A message waits in each recipient's mailbox, in order of sending: pending, then delivered (the
/// agent has been handed it), then read, which takes it out. Methods decide and return events; the
/// caller records each and gives it to apply(), in order, before the next call.
///
/// Threads:    one strand.
/// Invariants: mailboxes and messages change in apply() alone; subscriptions are volatile, made
///             again by each agent as it starts. A message is kept until all have read it.
/// Errors:     kNotFound for an unknown agent or message, kLimit when a mailbox is full (nobody
///             gets the message then), kConflict for a delivery or reading out of turn.
class Bus {
 public:
  static Result<Bus> restore(const json::object& snapshot);
  json::object snapshot() const;
  /// Takes bus_message, bus_delivered and bus_read; other types change nothing.
  Result<void> apply(const Event& event);

  /// `agents` are the workspace's agents by name. The sender is left out of "all" and of a topic.
  /// Errc::kNotFound when that leaves nobody.
  Result<EventDraft> send(const Outgoing& outgoing, std::span<const std::string> agents) const;
  /// The oldest message that waits for the agent.
  const Message* next_pending(std::string_view agent) const;
  Result<EventDraft> delivered(std::string_view id, std::string_view agent) const;
  Result<EventDraft> read(std::string_view id, std::string_view agent) const;
  /// What the agent has not read yet, in order; both pending and delivered.
  std::vector<const Message*> unread(std::string_view agent) const;

  /// Errc::kLimit beyond limits::kTopicsMax.
  Result<void> subscribe(std::string_view agent, std::string_view topic);
  void unsubscribe(std::string_view agent, std::string_view topic);
  void unsubscribe_all(std::string_view agent);

 private:
  enum class Delivery { kPending, kDelivered };
  /// The sequence number orders a mailbox.
  struct Mailbox {
    std::map<Sequence, std::string> pending;
    std::map<Sequence, std::string> delivered;
    std::size_t size() const { return pending.size() + delivered.size(); }
  };

  Result<std::vector<std::string>> recipients(const Outgoing& outgoing,
                                              std::span<const std::string> agents) const;
  std::optional<Delivery> delivery(std::string_view id, std::string_view agent) const;
  Result<void> accept(const Event& event);
  Result<void> advance(const Event& event, Delivery from);
  Result<void> restore_message(const json::value& value);
  Result<void> restore_entries(const json::array* ids, std::map<Sequence, std::string>& to);

  // Durable: changed by apply() alone.
  std::map<std::string, Message, std::less<>> messages_;
  std::map<std::string, Mailbox, std::less<>> mailboxes_;
  // Volatile.
  std::map<std::string, std::set<std::string, std::less<>>, std::less<>> topics_;  ///< by agent
};

}  // namespace coditect::bus
