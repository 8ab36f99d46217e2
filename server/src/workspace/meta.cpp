#include "workspace/meta.h"

#include "base/posix_file.h"

namespace coditect::workspace {

namespace {

std::optional<std::uint64_t> find_bytes(const json::object& object, std::string_view key) {
  const auto bytes = find_int(object, key);
  if (!bytes || *bytes < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*bytes);
}

}  // namespace

std::string_view to_string(Durability durability) {
  return durability == Durability::kReplicated ? "replicated" : "local";
}

Result<Durability> parse_durability(std::string_view text) {
  if (text == "local") return Durability::kLocal;
  if (text == "replicated") return Durability::kReplicated;
  return invalid("durability is \"local\" or \"replicated\"");
}

json::object to_json(const Meta& meta) {
  json::object object{{"id", meta.id.str()},
                      {"name", meta.name},
                      {"state", meta.state == Meta::State::kReady ? "ready" : "asleep"},
                      {"durability", to_string(meta.durability)},
                      {"created_at", to_rfc3339(meta.created_at)},
                      {"last_active_at", to_rfc3339(meta.last_active_at)},
                      {"source", meta.source}};
  if (meta.deleted_at) object["deleted_at"] = to_rfc3339(*meta.deleted_at);
  if (meta.disk_bytes) object["disk_bytes"] = *meta.disk_bytes;
  if (meta.store_bytes) object["store_bytes"] = *meta.store_bytes;
  return object;
}

Result<Meta> parse_meta(const json::object& object) {
  Meta meta;
  TRY(std::string id, need_string(object, "id"));
  meta.id = WorkspaceId(std::move(id));
  TRY(meta.name, need_string(object, "name"));
  TRY(std::string created_at, need_string(object, "created_at"));
  TRY(meta.created_at, parse_rfc3339(created_at));
  TRY(std::string last_active_at, need_string(object, "last_active_at"));
  TRY(meta.last_active_at, parse_rfc3339(last_active_at));
  if (const auto deleted_at = find_string(object, "deleted_at")) {
    TRY(meta.deleted_at, parse_rfc3339(*deleted_at));
  }
  const bool asleep = find_string(object, "state") == "asleep";
  meta.state = asleep ? Meta::State::kAsleep : Meta::State::kReady;
  if (const auto durability = find_string(object, "durability")) {
    TRY(meta.durability, parse_durability(*durability));
  }
  meta.disk_bytes = find_bytes(object, "disk_bytes");
  meta.store_bytes = find_bytes(object, "store_bytes");
  if (const json::object* source = find_object(object, "source")) meta.source = *source;
  return meta;
}

Result<Meta> load_meta(const std::filesystem::path& file) {
  TRY(std::string text, read_file(file));
  TRY(json::object object, parse_json_object(text));
  return parse_meta(object);
}

Result<void> save_meta(const std::filesystem::path& file, const Meta& meta) {
  return write_file_atomically(file, json::serialize(to_json(meta)) + "\n");
}

}  // namespace coditect::workspace
