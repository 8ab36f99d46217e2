#pragma once

#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/json.h"
#include "base/result.h"

namespace coditect::simulator {

/// Anthropic's message threads: conversations that the server holds, so that a request brings only
/// what is new and names the answer that it goes on from. Anthropic's SDK runs its tool loop on
/// them. Forgets the oldest beyond kThreadsMax.
///
/// Threads: any.
class MessageThreads {
 public:
  static constexpr std::size_t kThreadsMax = 1'000;

  /// The request with all that was said before it: `body` itself where it goes on from nothing.
  /// Errc::kNotFound for an answer that is not held; the client then sends everything again.
  Result<json::object> whole_request(json::object body) const;
  /// Holds the conversation under the id of `answer`, where `whole_request` asks for that.
  void keep(json::object whole_request, const json::object& answer);

 private:
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::list<std::string> oldest_first_;
  std::unordered_map<std::string, json::object> requests_;  // by the id of their answer
};

}  // namespace coditect::simulator
