#include "registry/size_meter.h"

#include <vector>

#include "registry/folder_size.h"

namespace coditect::registry {

namespace {

constexpr std::chrono::seconds kCheckInterval{30};
constexpr std::chrono::minutes kMeasureInterval{10};

}  // namespace

void SizeMeter::close() {
  closing_ = true;
  tick_.notify_all();
}

bool SizeMeter::is_due(const Row& row) const {
  if (!row.meta.disk_bytes) return true;
  if (!row.awake) return false;
  const auto known = measured_.find(row.meta.id);
  return known == measured_.end() || services_.clock.steady() - known->second >= kMeasureInterval;
}

awaitable<void> SizeMeter::run() {
  while (!closing_) {
    std::vector<std::shared_ptr<Row>> due;
    for (const auto& [id, row] : rows_) {
      if (is_due(*row)) due.push_back(row);
    }
    for (const std::shared_ptr<Row>& row : due) {
      if (closing_) co_return;
      auto measure = [folder = root_ / row->meta.id.str()] { return folder_size(folder); };
      row->meta.disk_bytes = (co_await services_.disk.run(std::move(measure))).disk_bytes;
      measured_[row->meta.id] = services_.clock.steady();
    }
    if (!due.empty()) continue;  // a workspace that came meanwhile is not left for the next tick
    std::erase_if(measured_, [this](const auto& each) {
      const auto row = rows_.find(each.first);
      return row == rows_.end() || !row->second->awake;
    });
    co_await tick_.wait_until(std::chrono::steady_clock::now() + kCheckInterval);
  }
}

}  // namespace coditect::registry
