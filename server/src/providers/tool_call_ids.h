#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace coditect::providers {

/// Gives every tool call of one request an id that any vendor accepts: [a-zA-Z0-9_-]{1,64} and
/// unique in the request. Kimi's `functions.read:0` comes again with every turn, and a transcript
/// may hold the ids of several vendors. Ids that fit are kept.
///
/// Threads:    one at a time.
/// Invariants: the same calls and results in the same order get the same ids, so a prompt's prefix
///             stays the same and cached.
class ToolCallIds {
 public:
  /// The id to send for the next call, which the transcript names `id`.
  std::string for_call(const std::string& id);
  /// The id to send for a result of the latest call named `id`.
  std::string for_result(const std::string& id) const;

 private:
  std::map<std::string, std::string> sent_;
  std::set<std::string> taken_;
};

}  // namespace coditect::providers
