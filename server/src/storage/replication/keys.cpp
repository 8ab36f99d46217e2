#include "storage/replication/keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace coditect::replication {

namespace {

constexpr std::size_t kNameBytesMax = 64;
constexpr std::string_view kLeases = "leases/";
constexpr std::string_view kLeaseSuffix = ".json";
constexpr std::string_view kNodes = "nodes/";
constexpr std::string_view kLog = "/log/";
constexpr std::string_view kBundleSuffix = ".bundle";

bool is_name_byte(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') || byte == '_' || byte == '-' || byte == '.';
}

std::optional<std::uint64_t> number(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), value);
  if (error != std::errc() || end != digits.end()) return std::nullopt;
  return value;
}

}  // namespace

std::string_view lease_prefix() { return kLeases; }

std::string lease_key(std::string_view node) {
  return fmt::format("{}{}{}", kLeases, node, kLeaseSuffix);
}

std::optional<NodeId> parse_lease_key(std::string_view key) {
  if (!key.starts_with(kLeases) || !key.ends_with(kLeaseSuffix)) return std::nullopt;
  if (key.size() <= kLeases.size() + kLeaseSuffix.size()) return std::nullopt;
  key.remove_prefix(kLeases.size());
  key.remove_suffix(kLeaseSuffix.size());
  return NodeId(key);
}

std::string node_prefix(std::string_view node) { return fmt::format("nodes/{}/", node); }

std::string log_prefix(std::string_view node, std::uint64_t epoch) {
  return fmt::format("nodes/{}/{:010}/log/", node, epoch);
}

std::string bundle_key(const LogPlace& place) {
  return fmt::format("{}{:012}.bundle", log_prefix(place.node, place.epoch), place.bundle);
}

std::optional<LogPlace> parse_bundle_key(std::string_view key) {
  const std::string_view whole = key;
  if (!key.starts_with(kNodes) || !key.ends_with(kBundleSuffix)) return std::nullopt;
  key.remove_prefix(kNodes.size());
  key.remove_suffix(kBundleSuffix.size());
  const std::size_t slash = key.find('/');
  const std::size_t log = key.find(kLog);
  if (slash == std::string_view::npos || log == std::string_view::npos || log <= slash) {
    return std::nullopt;
  }
  const auto epoch = number(key.substr(slash + 1, log - slash - 1));
  const auto bundle = number(key.substr(log + kLog.size()));
  if (!epoch || !bundle) return std::nullopt;
  LogPlace place{NodeId(key.substr(0, slash)), *epoch, *bundle};
  if (bundle_key(place) != whole) return std::nullopt;
  return place;
}

std::string marker_prefix(std::string_view node) {
  return fmt::format("nodes/{}/workspaces/", node);
}

std::string marker_key(std::string_view node, const WorkspaceId& id) {
  return marker_prefix(node) + id.str();
}

std::string manifest_key(std::string_view folder) {
  return fmt::format("{}/manifest.json", folder);
}

std::string sessions_prefix(std::string_view folder) { return fmt::format("{}/sessions/", folder); }

std::string segment_key(std::string_view folder, Sequence first, Sequence last,
                        std::uint64_t workspace_epoch) {
  return fmt::format("{}{:020}-{:020}-{:010}.jsonl.zst", sessions_prefix(folder), first, last,
                     workspace_epoch);
}

std::string blob_prefix(std::string_view folder) {
  return fmt::format("{}/sessions/blobs/", folder);
}

std::string blob_key(std::string_view folder, std::string_view file_name) {
  return blob_prefix(folder) + std::string(file_name);
}

std::string snapshot_prefix(std::string_view folder) {
  return fmt::format("{}/databases/", folder);
}

std::string snapshot_key(std::string_view folder, std::string_view database, Sequence applied,
                         std::uint64_t workspace_epoch) {
  return fmt::format("{}{}/{:020}-{}.snapshot", snapshot_prefix(folder), database, applied,
                     workspace_epoch);
}

bool is_key_name(std::string_view name) {
  return !name.empty() && name.size() <= kNameBytesMax && name[0] != '.' &&
         std::ranges::all_of(name, is_name_byte);
}

bool is_mutable_key(std::string_view key) {
  return key.starts_with(lease_prefix()) || key.ends_with("/manifest.json") ||
         (key.starts_with("nodes/") && key.contains("/workspaces/")) || key.starts_with("probe/");
}

}  // namespace coditect::replication
