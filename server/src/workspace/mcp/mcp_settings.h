#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "net/client/proxy.h"

namespace coditect::workspace {

/// What the server's operator says about connections to MCP servers.
///
/// Threads:  any; all but the address is constant.
/// Lifetime: outlives the workspaces.
class McpSettings {
 public:
  struct Options {
    /// Folders of the host that programs see read-only at their own place.
    std::vector<std::filesystem::path> programs = {};
    net_client::ProxySettings proxy = {};
    std::string trusted_certificates = {};  ///< PEM beside the system's
  };

  explicit McpSettings(Options options) : options_(std::move(options)) {}

  const Options& options() const { return options_; }
  /// Where a browser reaches this server; "" before it listens.
  std::string address() const {
    const std::scoped_lock hold(mutex_);
    return address_;
  }
  void listen_at(std::string address) {
    const std::scoped_lock hold(mutex_);
    address_ = std::move(address);
  }

 private:
  const Options options_;
  mutable std::mutex mutex_;  // guards address_
  std::string address_;
};

}  // namespace coditect::workspace
