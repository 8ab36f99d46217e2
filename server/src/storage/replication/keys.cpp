#include "storage/replication/keys.h"

#include <fmt/format.h>

namespace coditect::replication {

std::string lease_key(std::string_view node) { return fmt::format("nodes/{}/lease.json", node); }

std::string log_prefix(std::string_view node, std::uint64_t epoch) {
  return fmt::format("nodes/{}/{:010}/log/", node, epoch);
}

std::string bundle_key(const LogPlace& place) {
  return fmt::format("{}{:012}.bundle", log_prefix(place.node, place.epoch), place.bundle);
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

std::string segment_key(std::string_view folder, Sequence first, Sequence last) {
  return fmt::format("{}/sessions/{:020}-{:020}.jsonl.zst", folder, first, last);
}

std::string blob_key(std::string_view folder, std::string_view file_name) {
  return fmt::format("{}/sessions/blobs/{}", folder, file_name);
}

std::string snapshot_key(std::string_view folder, std::string_view database, Sequence applied,
                         std::uint64_t workspace_epoch) {
  return fmt::format("{}/databases/{}/{:020}-{}.snapshot", folder, database, applied,
                     workspace_epoch);
}

}  // namespace coditect::replication
