#include "storage/replication/simulation/oracle.h"

#include <fmt/format.h>

#include "storage/replication/lease/lease_record.h"

namespace coditect::replication::simulation {

Oracle::Counts& Oracle::Counts::operator+=(const Counts& other) {
  acknowledged_locally += other.acknowledged_locally;
  acknowledged_replicated += other.acknowledged_replicated;
  restores += other.restores;
  lease_epochs += other.lease_epochs;
  return *this;
}

void Oracle::violation(std::string what) {
  if (!violation_) violation_ = std::move(what);
}

void Oracle::keep(const WorkspaceId& workspace, Sequence seq, const std::string& line) {
  const auto [place, added] = must_be_there_[workspace].emplace(seq, line);
  if (!added && place->second != line) {
    violation(fmt::format("event {} of {} is promised in two forms: {} and {}", seq,
                          workspace.str(), place->second, line));
  }
}

void Oracle::check_giver(const Acknowledgement& given) {
  const auto lease = bucket_->get(lease_key(given.by.node));
  const auto record = lease ? parse_lease(*lease->content) : Result<LeaseRecord>();
  if (!record || record->holder != given.by.node || record->epoch != given.by.node_epoch) {
    return violation(fmt::format("{} acknowledges event {} of {} in epoch {}, but its lease is {}",
                                 given.by.node, given.seq, given.workspace.str(),
                                 given.by.node_epoch,
                                 lease ? std::string_view(*lease->content) : "gone"));
  }
  const auto stored = bucket_->get(manifest_key(given.folder));
  const auto manifest = stored ? parse_manifest(*stored->content) : Result<Manifest>();
  if (!manifest || manifest->owner != given.by) {
    violation(fmt::format("{} acknowledges event {} of {} in epoch {}, but does not own it",
                          given.by.node, given.seq, given.workspace.str(), given.by.node_epoch));
  }
}

void Oracle::acknowledged(const Acknowledgement& given) {
  check_giver(given);
  if (given.durability == Durability::kLocal) {
    ++counts_.acknowledged_locally;
    return;
  }
  ++counts_.acknowledged_replicated;
  keep(given.workspace, given.seq, given.line);
}

void Oracle::shipped(const WorkspaceId& workspace, Sequence seq, const std::string& line) {
  keep(workspace, seq, line);
}

void Oracle::restored(const WorkspaceId& workspace, const std::vector<std::string>& lines) {
  ++counts_.restores;
  for (const auto& [seq, line] : must_be_there_[workspace]) {
    if (seq > lines.size()) {
      return violation(fmt::format("event {} of {} is lost: the log ends at {}", seq,
                                   workspace.str(), lines.size()));
    }
    if (lines[seq - 1] != line) {
      return violation(fmt::format("event {} of {} was {}, now it is {}", seq, workspace.str(),
                                   line, lines[seq - 1]));
    }
  }
}

void Oracle::written(const std::string& key, std::string_view content) {
  std::uint64_t epoch = 0;
  if (key.starts_with(lease_prefix())) {
    const auto lease = parse_lease(content);
    if (!lease) return violation(lease.error().message);
    epoch = lease->epoch;
    if (epoch > epochs_[key]) ++counts_.lease_epochs;
  } else if (key.ends_with("manifest.json")) {
    const auto manifest = parse_manifest(content);
    if (!manifest) return violation(manifest.error().message);
    epoch = manifest->epoch;
  } else {
    return;
  }
  std::uint64_t& before = epochs_[key];
  if (epoch < before) violation(fmt::format("the epoch of {} falls to {}", key, epoch));
  before = epoch;
}

}  // namespace coditect::replication::simulation
