#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/json.h"

namespace coditect::workspace {

/// Passes on what is shown but not logged: a model's words as they come, presence, terminal
/// output. Whoever is slow misses some.
///
/// Threads:  the workspace's strand.
/// Lifetime: a listener is removed before what it refers to is gone.
class PreviewHub {
 public:
  /// One JSON-RPC notification, whole. Must not block.
  using Listener = std::function<void(const std::shared_ptr<const std::string>& notification)>;

  std::uint64_t add(Listener listener) {
    listeners_.emplace(++last_id_, std::move(listener));
    return last_id_;
  }
  void remove(std::uint64_t id) { listeners_.erase(id); }
  std::size_t size() const { return listeners_.size(); }

  void publish(std::string_view method, json::object params) {
    const auto shared = std::make_shared<const std::string>(json::serialize(
        json::object{{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}}));
    for (const auto& [id, listener] : listeners_) listener(shared);
  }

 private:
  std::map<std::uint64_t, Listener> listeners_;
  std::uint64_t last_id_ = 0;
};

}  // namespace coditect::workspace
