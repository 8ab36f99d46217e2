#include "storage/databases/projections/messages.h"

#include <string>

#include "storage/databases/event_fields.h"

namespace coditect::databases {

namespace {

// messages_fts reads its text from messages, so that no text is stored twice.
constexpr char kSchema[] = R"sql(
CREATE TABLE messages(
  seq        INTEGER PRIMARY KEY,
  id         TEXT NOT NULL,
  ts         TEXT NOT NULL,
  kind       TEXT NOT NULL,
  sender     TEXT NOT NULL,
  recipients TEXT NOT NULL,
  text       TEXT NOT NULL,
  session    TEXT,
  task       TEXT,
  images     TEXT
);
CREATE INDEX messages_by_id ON messages(id);
CREATE INDEX messages_by_task ON messages(task, seq) WHERE task IS NOT NULL;
CREATE VIRTUAL TABLE messages_fts USING fts5(
  text, content='messages', content_rowid='seq', tokenize='unicode61 remove_diacritics 2');
CREATE TABLE bus_messages(
  seq        INTEGER PRIMARY KEY,
  id         TEXT NOT NULL,
  ts         TEXT NOT NULL,
  sender     TEXT NOT NULL,
  recipients TEXT NOT NULL,
  topic      TEXT,
  text       TEXT NOT NULL,
  task       TEXT
);
CREATE INDEX bus_messages_by_id ON bus_messages(id);
CREATE TABLE bus_deliveries(
  recipient     TEXT NOT NULL,
  message       TEXT NOT NULL,
  state         TEXT NOT NULL,
  sent_seq      INTEGER,
  delivered_seq INTEGER,
  read_seq      INTEGER,
  PRIMARY KEY(recipient, message)
) WITHOUT ROWID;
)sql";

Result<void> apply_message(const Event& event, ProjectionTarget& target) {
  const std::string text = find_string(event.data, "text").value_or("");
  TRY_VOID(
      target.run("INSERT INTO messages(seq, id, ts, kind, sender, recipients, text, session, task,"
                 " images) VALUES(?,?,?,?,?,?,?,?,?,?)",
                 event.seq, find_string(event.data, "id").value_or(""), to_rfc3339(event.ts),
                 find_string(event.data, "kind").value_or("chat"),
                 find_string(event.data, "from").value_or(event.actor),
                 json_text(event.data, "to").value_or("[]"), text, unless_empty(event.session),
                 unless_empty(event.task), json_text(event.data, "images")));
  return target.run("INSERT INTO messages_fts(rowid, text) VALUES(?,?)", event.seq, text);
}

Result<void> apply_bus_message(const Event& event, ProjectionTarget& target) {
  const std::string id = find_string(event.data, "id").value_or("");
  TRY_VOID(target.run(
      "INSERT INTO bus_messages(seq, id, ts, sender, recipients, topic, text, task)"
      " VALUES(?,?,?,?,?,?,?,?)",
      event.seq, id, to_rfc3339(event.ts), find_string(event.data, "from").value_or(event.actor),
      json_text(event.data, "to").value_or("[]"), find_string(event.data, "topic"),
      find_string(event.data, "text").value_or(""), unless_empty(event.task)));
  const json::array* recipients = find_array(event.data, "to");
  if (recipients == nullptr) return {};
  for (const json::value& recipient : *recipients) {
    if (!recipient.is_string()) continue;
    TRY_VOID(target.run(
        "INSERT INTO bus_deliveries(recipient, message, state, sent_seq) VALUES(?,?,'sent',?)"
        " ON CONFLICT DO NOTHING",
        std::string_view(recipient.get_string()), id, event.seq));
  }
  return {};
}

// A recipient that the message did not name (a subscriber of its topic) gets its row here.
Result<void> apply_delivery(const Event& event, ProjectionTarget& target) {
  const std::string id = find_string(event.data, "id").value_or("");
  const std::string recipient = find_string(event.data, "to").value_or("");
  if (event.type == "bus_delivered") {
    return target.run(
        "INSERT INTO bus_deliveries(recipient, message, state, delivered_seq)"
        " VALUES(?,?,'delivered',?)"
        " ON CONFLICT DO UPDATE SET delivered_seq=coalesce(delivered_seq, excluded.delivered_seq),"
        " state=iif(state='read', 'read', 'delivered')",
        recipient, id, event.seq);
  }
  return target.run(
      "INSERT INTO bus_deliveries(recipient, message, state, read_seq) VALUES(?,?,'read',?)"
      " ON CONFLICT DO UPDATE SET read_seq=coalesce(read_seq, excluded.read_seq), state='read'",
      recipient, id, event.seq);
}

Result<void> apply(const Event& event, ProjectionTarget& target) {
  if (event.type == "agent_message") return apply_message(event, target);
  if (event.type == "bus_message") return apply_bus_message(event, target);
  if (event.type == "bus_delivered" || event.type == "bus_read") {
    return apply_delivery(event, target);
  }
  return {};
}

}  // namespace

constexpr Projection kMessages{DatabaseName::kMessages, 2, kSchema, apply};

}  // namespace coditect::databases
