#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>

namespace coditect::api {

/// The connections of invited people: whoever is removed is shown out of those that are open.
///
/// Threads:  any.
/// Lifetime: outlives its Guests.
class OpenDoors {
 public:
  /// Keeps an entry for as long as it lives. `leave` must not block, and may be called from any
  /// thread until then. Nothing is kept for the owner, whose id is "".
  class Guest {
   public:
    Guest(OpenDoors& doors, const std::string& person, std::function<void()> leave);
    ~Guest();
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;

   private:
    OpenDoors& doors_;
    std::uint64_t id_ = 0;
  };

  /// Shows `person` out everywhere.
  void close(const std::string& person);

 private:
  struct Entry {
    std::string person;
    std::function<void()> leave;
  };

  std::mutex mutex_;
  std::uint64_t last_ = 0;             // guarded by mutex_
  std::map<std::uint64_t, Entry> in_;  // guarded by mutex_
};

}  // namespace coditect::api
