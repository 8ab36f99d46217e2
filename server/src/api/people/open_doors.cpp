#include "api/people/open_doors.h"

namespace coditect::api {

OpenDoors::Guest::Guest(OpenDoors& doors, std::string person, Door door) : doors_(doors) {
  const std::scoped_lock hold(doors_.mutex_);
  id_ = ++doors_.last_;
  doors_.in_.emplace(id_, Entry{std::move(person), std::move(door)});
}

OpenDoors::Guest::~Guest() {
  const std::scoped_lock hold(doors_.mutex_);
  doors_.in_.erase(id_);
}

void OpenDoors::close(const std::string& person) {
  const std::scoped_lock hold(mutex_);
  for (const auto& [id, entry] : in_) {
    if (entry.person == person) entry.door.leave();
  }
}

void OpenDoors::give_role(const std::string& person, Role role) {
  const std::scoped_lock hold(mutex_);
  for (const auto& [id, entry] : in_) {
    if (entry.person == person) entry.door.take_role(role);
  }
}

void OpenDoors::tell(std::string message) {
  const auto shared = std::make_shared<const std::string>(std::move(message));
  const std::scoped_lock hold(mutex_);
  for (const auto& [id, entry] : in_) entry.door.hear(shared);
}

}  // namespace coditect::api
