#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "api/people/role.h"

namespace coditect::api {

/// The open connections of a node: whoever is removed is shown out of them, whoever gets another
/// role has it in them, and what concerns all of the node is told in them.
///
/// Threads:  any.
/// Lifetime: outlives its Guests.
class OpenDoors {
 public:
  /// What can be done to a connection. None may block, each may be called from any thread.
  struct Door {
    std::function<void()> leave;
    std::function<void(Role)> take_role;
    std::function<void(std::shared_ptr<const std::string>)> hear;
  };

  /// Keeps an entry for as long as it lives. The owner's id is "".
  class Guest {
   public:
    Guest(OpenDoors& doors, std::string person, Door door);
    ~Guest();
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;

   private:
    OpenDoors& doors_;
    std::uint64_t id_ = 0;
  };

  /// Shows `person` out everywhere.
  void close(const std::string& person);
  /// What `person` may do from now on, everywhere.
  void give_role(const std::string& person, Role role);
  /// Sends `message` to everybody.
  void tell(std::string message);

 private:
  struct Entry {
    std::string person;
    Door door;
  };

  std::mutex mutex_;
  std::uint64_t last_ = 0;             // guarded by mutex_
  std::map<std::uint64_t, Entry> in_;  // guarded by mutex_
};

}  // namespace coditect::api
