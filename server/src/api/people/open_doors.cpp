#include "api/people/open_doors.h"

namespace coditect::api {

OpenDoors::Guest::Guest(OpenDoors& doors, const std::string& person, std::function<void()> leave)
    : doors_(doors) {
  if (person.empty()) return;
  const std::scoped_lock hold(doors_.mutex_);
  id_ = ++doors_.last_;
  doors_.in_.emplace(id_, Entry{person, std::move(leave)});
}

OpenDoors::Guest::~Guest() {
  const std::scoped_lock hold(doors_.mutex_);
  doors_.in_.erase(id_);
}

void OpenDoors::close(const std::string& person) {
  const std::scoped_lock hold(mutex_);
  for (const auto& [id, entry] : in_) {
    if (entry.person == person) entry.leave();
  }
}

}  // namespace coditect::api
