#pragma once

#include <map>
#include <mutex>
#include <stop_token>
#include <string>

#include "base/result.h"

namespace coditect::api {

/// The workspaces that are being made now, by the ids that callers gave their requests, so that
/// another request can stop one.
///
/// Threads: any.
class Provisionings {
 public:
  /// Until end(id). "" is nobody's id: nothing can stop it. Errc::kInvalid for an id that is none,
  /// kConflict for one that is in use.
  Result<std::stop_token> begin(const std::string& id);
  void end(const std::string& id);
  /// Whether there was one.
  bool stop(const std::string& id);

 private:
  std::mutex mutex_;
  std::map<std::string, std::stop_source> under_way_;  // guarded by mutex_
};

}  // namespace coditect::api
