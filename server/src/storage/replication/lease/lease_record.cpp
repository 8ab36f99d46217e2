#include "storage/replication/lease/lease_record.h"

#include <utility>

#include "base/json.h"

namespace coditect::replication {
namespace {

Result<std::uint64_t> need_count(const json::object& object, std::string_view key) {
  TRY(const std::int64_t number, need_int(object, key));
  if (number < 0) return invalid("`" + std::string(key) + "` is negative");
  return static_cast<std::uint64_t>(number);
}

Result<LeaseRecord> read_lease_record(std::string_view text) {
  TRY(const json::object object, parse_json_object(text));
  LeaseRecord record;
  TRY(record.node, need_string(object, "node"));
  TRY(record.epoch, need_count(object, "epoch"));
  TRY(record.holder, need_string(object, "holder"));
  TRY(record.nonce, need_string(object, "nonce"));
  TRY(record.counter, need_count(object, "counter"));
  TRY(record.sealed_through, need_count(object, "sealed_through"));
  if (record.node.empty()) return invalid("`node` is empty");
  if (record.nonce.empty()) return invalid("`nonce` is empty");
  if (record.sealed_through >= record.epoch) return invalid("its own epoch is sealed");
  return record;
}

}  // namespace

LeaseRecord next_epoch(const LeaseRecord& before, NodeId node, NodeId holder, std::string nonce) {
  LeaseRecord record;
  record.node = std::move(node);
  record.epoch = before.epoch + 1;
  record.holder = std::move(holder);
  record.nonce = std::move(nonce);
  record.counter = before.counter + 1;
  record.sealed_through = before.sealed_through;
  return record;
}

std::string to_text(const LeaseRecord& record) {
  json::object object;
  object["node"] = record.node;
  object["epoch"] = record.epoch;
  object["holder"] = record.holder;
  object["nonce"] = record.nonce;
  object["counter"] = record.counter;
  object["sealed_through"] = record.sealed_through;
  return json::serialize(object) + "\n";
}

Result<LeaseRecord> parse_lease(std::string_view text) {
  auto record = read_lease_record(text);
  if (!record) {
    return internal("a lease is damaged: " + record.error().message,
                    "no node of that name may run; then remove the lease object");
  }
  return record;
}

}  // namespace coditect::replication
