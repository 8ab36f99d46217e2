#include "storage/journal/memory_disk.h"

#include <algorithm>
#include <cerrno>
#include <set>
#include <span>

namespace coditect::journal {
namespace {

void put_bytes(std::string& content, std::uint64_t offset, std::string_view bytes) {
  if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size(), '\0');
  content.replace(offset, bytes.size(), bytes);
}

/// Takes one from a countdown; false when it has run out.
bool take(std::optional<std::uint64_t>& countdown) {
  if (!countdown) return true;
  if (*countdown == 0) return false;
  --*countdown;
  return true;
}

}  // namespace

class MemoryFile final : public File {
 public:
  MemoryFile(std::shared_ptr<MemoryDisk> disk, std::shared_ptr<MemoryDisk::Node> node,
             std::uint64_t generation)
      : disk_(std::move(disk)), node_(std::move(node)), generation_(generation) {}

  Result<std::size_t> write(std::string_view bytes, std::uint64_t offset) override {
    const std::lock_guard lock(disk_->mutex_);
    TRY_VOID(begin_locked());
    const std::size_t sector_left = MemoryDisk::kSectorBytes - offset % MemoryDisk::kSectorBytes;
    bytes = bytes.substr(0, std::max(disk_->faults_.write_bytes_max, sector_left));
    if (disk_->faults_.space_bytes) {
      const std::uint64_t used = disk_->used_bytes_locked() - node_->current.size();
      const std::uint64_t room = std::max(*disk_->faults_.space_bytes, used) - used;
      const std::uint64_t reach = std::max<std::uint64_t>(room, node_->current.size());
      if (offset >= reach) return system_error("write", ENOSPC);
      bytes = bytes.substr(0, reach - offset);
    }
    put_bytes(node_->current, offset, bytes);
    node_->unsynced.push_back({offset, std::string(bytes)});
    return bytes.size();
  }

  Result<void> sync() override {
    const std::lock_guard lock(disk_->mutex_);
    TRY_VOID(begin_locked());
    if (!take(disk_->faults_.sync_fails_after)) return system_error("fdatasync", EIO);
    if (disk_->syncs_ == MemoryDisk::Syncs::kIgnored) return {};
    for (const auto& write : node_->unsynced) put_bytes(node_->durable, write.offset, write.bytes);
    node_->unsynced.clear();
    return {};
  }

  Result<std::size_t> read(std::span<char> buffer, std::uint64_t offset) override {
    const std::lock_guard lock(disk_->mutex_);
    if (generation_ != disk_->generation_) return system_error("read", EIO);
    if (offset >= node_->current.size()) return std::size_t{0};
    return node_->current.copy(buffer.data(), buffer.size(), offset);
  }

  Result<std::uint64_t> size() override {
    const std::lock_guard lock(disk_->mutex_);
    return std::uint64_t{node_->current.size()};
  }

 private:
  Result<void> begin_locked() {
    if (generation_ != disk_->generation_) return system_error("the machine restarted", EIO);
    return disk_->step_locked();
  }

  const std::shared_ptr<MemoryDisk> disk_;
  const std::shared_ptr<MemoryDisk::Node> node_;
  const std::uint64_t generation_;
};

Result<std::vector<std::string>> MemoryDisk::list() {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, node] : files_) names.push_back(name);
  return names;
}

Result<std::unique_ptr<File>> MemoryDisk::open(const std::string& name, OpenFor) {
  const std::lock_guard lock(mutex_);
  const auto found = files_.find(name);
  if (found == files_.end()) return not_found("no file " + name);
  return std::unique_ptr<File>(new MemoryFile(shared_from_this(), found->second, generation_));
}

Result<std::unique_ptr<File>> MemoryDisk::create(const std::string& name) {
  const std::lock_guard lock(mutex_);
  TRY_VOID(step_locked());
  auto [place, made] = files_.try_emplace(name, std::make_shared<Node>());
  if (!made) return system_error("create " + name, EEXIST);
  return std::unique_ptr<File>(new MemoryFile(shared_from_this(), place->second, generation_));
}

Result<void> MemoryDisk::remove(const std::string& name) {
  const std::lock_guard lock(mutex_);
  TRY_VOID(step_locked());
  if (files_.erase(name) == 0) return not_found("no file " + name);
  return {};
}

Result<void> MemoryDisk::sync_directory() {
  const std::lock_guard lock(mutex_);
  TRY_VOID(step_locked());
  if (syncs_ == Syncs::kHonoured) durable_files_ = files_;
  return {};
}

void MemoryDisk::set_faults(const Faults& faults) {
  const std::lock_guard lock(mutex_);
  faults_ = faults;
}

void MemoryDisk::power_loss(Random& random) {
  const std::lock_guard lock(mutex_);
  ++generation_;
  faults_ = {};
  for (const auto& [name, node] : files_) {
    if (!durable_files_.contains(name) && random.below(2) == 0) durable_files_[name] = node;
  }
  std::erase_if(durable_files_, [&](const auto& entry) {
    return !files_.contains(entry.first) && random.below(2) == 0;
  });
  files_ = durable_files_;
  for (const auto& [name, node] : files_) lose_power(*node, random);
}

std::map<std::string, std::string> MemoryDisk::contents() {
  const std::lock_guard lock(mutex_);
  std::map<std::string, std::string> all;
  for (const auto& [name, node] : files_) all[name] = node->current;
  return all;
}

void MemoryDisk::overwrite(const std::string& name, std::string bytes) {
  const std::lock_guard lock(mutex_);
  auto& node = files_[name];
  if (!node) node = std::make_shared<Node>();
  node->unsynced.clear();
  node->durable = bytes;
  node->current = std::move(bytes);
  durable_files_[name] = node;
}

Result<void> MemoryDisk::step_locked() {
  if (!take(faults_.power_fails_after)) return system_error("the power is off", EIO);
  return {};
}

std::uint64_t MemoryDisk::used_bytes_locked() const {
  std::uint64_t used = 0;
  for (const auto& [name, node] : files_) used += node->current.size();
  return used;
}

void MemoryDisk::lose_power(Node& node, Random& random) {
  std::set<std::uint64_t> pages;
  for (const auto& write : node.unsynced) {
    const std::uint64_t end = write.offset + write.bytes.size();
    for (std::uint64_t page = write.offset / kPageBytes; page * kPageBytes < end; ++page) {
      pages.insert(page);
    }
  }
  const std::size_t all = node.unsynced.size();
  for (const std::uint64_t page : pages) {
    const std::uint64_t begin = page * kPageBytes;
    const std::uint64_t end = begin + kPageBytes;
    const std::uint64_t fate = random.below(4);
    if (fate == 0) continue;
    if (fate == 1) {
      keep_part(node, all, begin, end);
      continue;
    }
    const std::size_t piece = fate == 2 ? kPageBytes / 2 : kSectorBytes;
    for (std::uint64_t at = begin; at < end; at += piece) {
      keep_part(node, random.below(all + 1), at, at + piece);
    }
  }
  node.unsynced.clear();
  node.current = node.durable;
}

/// Makes durable what the first `writes` unsynced ones put into [begin, end).
void MemoryDisk::keep_part(Node& node, std::size_t writes, std::uint64_t begin, std::uint64_t end) {
  for (const auto& write : std::span(node.unsynced).first(writes)) {
    const std::uint64_t from = std::max(begin, write.offset);
    const std::uint64_t to = std::min<std::uint64_t>(end, write.offset + write.bytes.size());
    if (from >= to) continue;
    put_bytes(node.durable, from,
              std::string_view(write.bytes).substr(from - write.offset, to - from));
  }
}

}  // namespace coditect::journal
