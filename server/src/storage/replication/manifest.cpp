#include "storage/replication/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>

#include "base/storage_limits.h"

namespace coditect::replication {

namespace {

constexpr std::int64_t kVersion = 1;
constexpr std::size_t kHashDigits = 64;
constexpr std::uint64_t kNumberMax = std::numeric_limits<std::int64_t>::max();

bool is_hash(std::string_view text) {
  return text.size() == kHashDigits && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::string checksum_text(std::uint64_t checksum) { return fmt::format("{:016x}", checksum); }

// ---- Writing

json::value to_json(const std::optional<Manifest::Owner>& owner) {
  if (!owner) return nullptr;
  return json::object{{"node", owner->node}, {"epoch", owner->node_epoch}};
}

json::object to_json(const Manifest::Segment& segment) {
  return {{"first", segment.first},
          {"last", segment.last},
          {"epoch", segment.epoch},
          {"bytes", segment.content_bytes},
          {"sha256", segment.sha256}};
}

json::object to_json(const LogPlace& place) {
  return {{"node", place.node}, {"epoch", place.epoch}, {"bundle", place.bundle}};
}

json::object to_json(const Manifest::DatabaseSnapshot& snapshot) {
  return {{"key", snapshot.key},
          {"applied", snapshot.applied},
          {"checksum", checksum_text(snapshot.checksum)},
          {"bytes", snapshot.bytes}};
}

json::value to_json(const std::optional<Manifest::ProjectTree>& project) {
  if (!project) return nullptr;
  return json::object{{"tree", project->tree}, {"seq", project->seq}};
}

template <class T>
json::array to_array(const std::vector<T>& values) {
  json::array array;
  for (const T& value : values) array.push_back(to_json(value));
  return array;
}

// ---- Reading

Result<std::uint64_t> need_number(const json::object& object, std::string_view key) {
  TRY(const std::int64_t number, need_int(object, key));
  if (number < 0) return invalid(fmt::format("'{}' is negative", key));
  return static_cast<std::uint64_t>(number);
}

/// Calls `each` with every element of an array of objects.
template <class Each>
Result<void> need_objects(const json::object& object, std::string_view key, Each each) {
  const json::array* array = find_array(object, key);
  if (array == nullptr) return invalid(fmt::format("'{}' is no array", key));
  for (const json::value& value : *array) {
    const json::object* element = value.if_object();
    if (element == nullptr) return invalid(fmt::format("'{}' holds what is no object", key));
    TRY_VOID(each(*element));
  }
  return {};
}

Result<void> read_segments(const json::object& object, Manifest& manifest) {
  return need_objects(object, "segments", [&](const json::object& each) -> Result<void> {
    Manifest::Segment segment;
    TRY(segment.first, need_number(each, "first"));
    TRY(segment.last, need_number(each, "last"));
    TRY(segment.epoch, need_number(each, "epoch"));
    TRY(segment.content_bytes, need_number(each, "bytes"));
    TRY(segment.sha256, need_string(each, "sha256"));
    manifest.segments.push_back(std::move(segment));
    return {};
  });
}

Result<void> read_logs(const json::object& object, Manifest& manifest) {
  return need_objects(object, "logs", [&](const json::object& each) -> Result<void> {
    LogPlace place;
    TRY(place.node, need_string(each, "node"));
    TRY(place.epoch, need_number(each, "epoch"));
    TRY(place.bundle, need_number(each, "bundle"));
    manifest.logs.push_back(std::move(place));
    return {};
  });
}

Result<std::uint64_t> read_checksum(const json::object& object) {
  TRY(const std::string text, need_string(object, "checksum"));
  std::uint64_t checksum = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, checksum, 16);
  if (read.ec != std::errc() || read.ptr != end) return invalid("'checksum' is no number");
  return checksum;
}

Result<void> read_databases(const json::object& object, Manifest& manifest) {
  const json::object* databases = find_object(object, "databases");
  if (databases == nullptr) return invalid("'databases' is no object");
  for (const auto& [name, value] : *databases) {
    const json::object* each = value.if_object();
    if (each == nullptr) return invalid("'databases' holds what is no object");
    Manifest::DatabaseSnapshot snapshot;
    TRY(snapshot.key, need_string(*each, "key"));
    TRY(snapshot.applied, need_number(*each, "applied"));
    TRY(snapshot.checksum, read_checksum(*each));
    TRY(snapshot.bytes, need_number(*each, "bytes"));
    manifest.databases.emplace(std::string(name), std::move(snapshot));
  }
  return {};
}

Result<void> read_owner(const json::object& object, Manifest& manifest) {
  const json::object* owner = find_object(object, "owner");
  if (owner == nullptr) return {};
  Manifest::Owner read;
  TRY(read.node, need_string(*owner, "node"));
  TRY(read.node_epoch, need_number(*owner, "epoch"));
  manifest.owner = std::move(read);
  return {};
}

Result<void> read_project(const json::object& object, Manifest& manifest) {
  const json::object* project = find_object(object, "project");
  if (project == nullptr) return {};
  Manifest::ProjectTree read;
  TRY(read.tree, need_string(*project, "tree"));
  TRY(read.seq, need_number(*project, "seq"));
  manifest.project = std::move(read);
  return {};
}

Result<Manifest> read_manifest(std::string_view text) {
  if (text.size() > limits::kManifestBytesMax) return invalid("it is too large");
  TRY(const json::object object, parse_json_object(text));
  TRY(const std::int64_t version, need_int(object, "version"));
  if (version != kVersion) return invalid(fmt::format("it has version {}", version));
  Manifest manifest;
  TRY(std::string id, need_string(object, "workspace"));
  manifest.workspace = WorkspaceId(std::move(id));
  TRY(manifest.epoch, need_number(object, "epoch"));
  TRY_VOID(read_owner(object, manifest));
  if (const json::object* meta = find_object(object, "meta")) manifest.meta = *meta;
  TRY_VOID(read_segments(object, manifest));
  TRY(manifest.head_hash, need_string(object, "head_hash"));
  TRY_VOID(read_logs(object, manifest));
  TRY_VOID(read_databases(object, manifest));
  TRY_VOID(read_project(object, manifest));
  TRY_VOID(check_manifest(manifest));
  // Whatever was left out, doubled, out of order or not known shows here.
  if (to_text(manifest) != text) return invalid("it is not in canonical form");
  return manifest;
}

// ---- Invariants

Result<void> check_segments(const Manifest& manifest) {
  Sequence last = 0;
  for (const Manifest::Segment& segment : manifest.segments) {
    if (segment.first != last + 1 || segment.last < segment.first) {
      return invalid(fmt::format("the segment of events {} to {} does not follow event {}",
                                 segment.first, segment.last, last));
    }
    if (segment.epoch > manifest.epoch) return invalid("a segment is of an epoch to come");
    if (!is_hash(segment.sha256)) return invalid("a segment has no SHA-256");
    last = segment.last;
  }
  if (manifest.segments.empty() ? !manifest.head_hash.empty() : !is_hash(manifest.head_hash)) {
    return invalid("'head_hash' is not that of a last archived line");
  }
  return {};
}

Result<void> check_logs(const Manifest& manifest) {
  std::set<std::pair<std::string_view, std::uint64_t>> seen;
  for (const LogPlace& place : manifest.logs) {
    if (!is_key_name(place.node) || place.epoch == 0 || place.bundle == 0) {
      return invalid("'logs' names no place in a log");
    }
    if (!seen.emplace(place.node, place.epoch).second) return invalid("'logs' names a log twice");
  }
  return {};
}

/// JSON's numbers are read back as std::int64_t.
Result<void> check_numbers(const Manifest& manifest) {
  std::uint64_t largest = std::max(manifest.epoch, manifest.archived());
  if (manifest.owner) largest = std::max(largest, manifest.owner->node_epoch);
  if (manifest.project) largest = std::max(largest, manifest.project->seq);
  for (const auto& segment : manifest.segments) largest = std::max(largest, segment.content_bytes);
  for (const auto& place : manifest.logs) {
    largest = std::max({largest, place.epoch, place.bundle});
  }
  for (const auto& [name, snapshot] : manifest.databases) {
    largest = std::max({largest, snapshot.applied, snapshot.bytes});
  }
  if (largest > kNumberMax) return invalid("a number is too large");
  return {};
}

}  // namespace

Result<void> check_manifest(const Manifest& manifest) {
  if (!is_key_name(manifest.workspace.str())) return invalid("'workspace' is no id");
  if (manifest.epoch == 0) return invalid("'epoch' is 0");
  if (manifest.owner && (!is_key_name(manifest.owner->node) || manifest.owner->node_epoch == 0)) {
    return invalid("'owner' is no node");
  }
  TRY_VOID(check_segments(manifest));
  TRY_VOID(check_logs(manifest));
  for (const auto& [name, snapshot] : manifest.databases) {
    if (!is_key_name(name) || snapshot.key.empty()) {
      return invalid("'databases' names no snapshot of a database");
    }
  }
  if (manifest.project && !is_hash(manifest.project->tree)) return invalid("'project' is no tree");
  return check_numbers(manifest);
}

std::string to_text(const Manifest& manifest) {
  json::object databases;
  for (const auto& [name, snapshot] : manifest.databases) databases[name] = to_json(snapshot);
  const json::object object{{"version", kVersion},
                            {"workspace", manifest.workspace.str()},
                            {"epoch", manifest.epoch},
                            {"owner", to_json(manifest.owner)},
                            {"meta", manifest.meta},
                            {"segments", to_array(manifest.segments)},
                            {"head_hash", manifest.head_hash},
                            {"logs", to_array(manifest.logs)},
                            {"databases", std::move(databases)},
                            {"project", to_json(manifest.project)}};
  return json::serialize(object) + "\n";
}

Result<Manifest> parse_manifest(std::string_view text) {
  auto manifest = read_manifest(text);
  if (manifest) return manifest;
  return internal("the workspace's manifest is damaged: " + manifest.error().message,
                  "restore manifest.json from the bucket's older versions, or ask for help");
}

}  // namespace coditect::replication
