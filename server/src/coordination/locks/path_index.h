#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>

#include "base/check.h"
#include "coordination/locks/path_pattern.h"

namespace coditect::locks {

enum class Visit { kGoOn, kStop };

/// Finds the patterns that overlap a pattern, without looking at all of them: they are kept by
/// their key (the folder spelled out before the first wildcard), so a file's query looks at the
/// keys above it only, a folder's or glob's query also at those below it. What begins with a
/// wildcard sits at the root, where every query looks.
///
/// Threads:  one at a time.
/// Lifetime: the patterns outlive their entries. Moving keeps them; copying is not possible.
class PathIndex {
 public:
  static constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();

  PathIndex() = default;
  PathIndex(PathIndex&&) = default;
  PathIndex& operator=(PathIndex&&) = default;

  void insert(std::uint64_t id, const PathPattern& pattern) {
    check(buckets_[pattern.key()].emplace(id, &pattern).second, "an entry is inserted once");
  }

  void erase(std::uint64_t id, const PathPattern& pattern) {
    const auto bucket = buckets_.find(pattern.key());
    check(bucket != buckets_.end() && bucket->second.erase(id) == 1, "erased what is not there");
    if (bucket->second.empty()) buckets_.erase(bucket);
  }

  /// Calls `visit(id)` for the entries with id < `before` whose pattern overlaps `query`, the
  /// newest of each key first, until it returns Visit::kStop. `visit` changes no index.
  template <class Visitor>
  void visit_overlapping(const PathPattern& query, std::uint64_t before, Visitor visit) const {
    const std::string_view key = query.key();
    for (std::size_t end = 0; end < key.size(); end = key.find('/', end) + 1) {
      const auto bucket = buckets_.find(key.substr(0, end));
      if (bucket == buckets_.end()) continue;
      if (visit_bucket(bucket->second, query, before, visit) == Visit::kStop) return;
    }
    for (auto bucket = buckets_.lower_bound(key);
         bucket != buckets_.end() && bucket->first.starts_with(key); ++bucket) {
      if (visit_bucket(bucket->second, query, before, visit) == Visit::kStop) return;
      if (query.kind() == PathPattern::Kind::kFile) return;
    }
  }

 private:
  using Bucket = std::map<std::uint64_t, const PathPattern*>;

  template <class Visitor>
  static Visit visit_bucket(const Bucket& bucket, const PathPattern& query, std::uint64_t before,
                            Visitor& visit) {
    for (auto entry = bucket.lower_bound(before); entry != bucket.begin();) {
      --entry;
      if (entry->second->overlaps(query) && visit(entry->first) == Visit::kStop) {
        return Visit::kStop;
      }
    }
    return Visit::kGoOn;
  }

  std::map<std::string, Bucket, std::less<>> buckets_;
};

}  // namespace coditect::locks
