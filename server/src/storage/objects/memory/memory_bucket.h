#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "storage/objects/object_store.h"

namespace coditect::objects {

/// What the MemoryStores of several nodes share: the objects, and the requests that are still on
/// their way when their sender has given up or died.
///
/// Threads:    any.
/// Invariants: strongly consistent; generations only rise and are never used twice.
class MemoryBucket {
 public:
  using Content = std::shared_ptr<const std::string>;
  struct Stored {
    ObjectInfo info;
    Content content;
  };

  Result<ObjectInfo> put(const std::string& key, Content content, const Condition& condition);
  Result<Stored> get(const std::string& key);
  ListPage list(std::string_view prefix, const std::string& after, std::size_t limit);
  void remove(const std::string& key);

  /// Requests that arrive when `calls` more calls of anybody have been served.
  void put_late(std::size_t calls, std::string key, Content content, Condition condition);
  void remove_late(std::size_t calls, std::string key);
  /// Lets everything arrive that is still on its way.
  void settle();

  // For tests: what lies in the bucket, and damage to it.
  std::vector<std::string> keys();
  std::size_t calls();
  /// Flips a bit of the content, but not of its recorded checksum. False where there is none.
  bool damage(const std::string& key);

 private:
  struct LatePut {
    std::string key;
    Content content;
    Condition condition;
  };
  struct LateRemove {
    std::string key;
  };
  using Late = std::variant<LatePut, LateRemove>;

  void count_call_locked();
  void arrive_locked(Late late);
  Result<ObjectInfo> put_locked(const std::string& key, Content content,
                                const Condition& condition);

  std::mutex mutex_;
  // Guarded by mutex_.
  std::map<std::string, Stored, std::less<>> objects_;
  std::multimap<std::size_t, Late> late_;  // by the count of calls at which it arrives
  std::size_t calls_ = 0;
  std::uint64_t last_generation_ = 0;
};

}  // namespace coditect::objects
