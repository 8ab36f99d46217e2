#include "storage/databases/checkpointer.h"

#include <utility>

namespace coditect::databases {

Checkpointer::Checkpointer(Work work)
    : work_(std::move(work)), thread_([this](const std::stop_token& stopping) { run(stopping); }) {}

Checkpointer::~Checkpointer() { stop(); }

void Checkpointer::ask(const std::string& key) {
  {
    const std::lock_guard lock(mutex_);
    asked_.insert(key);
  }
  changed_.notify_one();
}

void Checkpointer::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Checkpointer::run(const std::stop_token& stopping) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stopping, [this] { return !asked_.empty(); })) {
    if (stopping.stop_requested()) return;
    const std::string key = std::move(asked_.extract(asked_.begin()).value());
    lock.unlock();
    work_(key);
    lock.lock();
  }
}

}  // namespace coditect::databases
