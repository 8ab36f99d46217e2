#include "api/http/provisionings.h"

#include "base/limits.h"

namespace coditect::api {

Result<std::stop_token> Provisionings::begin(const std::string& id) {
  if (id.empty()) return std::stop_token();
  const bool letters =
      id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string::npos;
  if (!letters || id.size() > limits::kNameBytesMax) {
    return invalid("'request' is no id", "use a-z, 0-9, - and _, at most 100 of them");
  }
  const std::scoped_lock lock(mutex_);
  const auto [place, fresh] = under_way_.try_emplace(id);
  if (fresh) return place->second.get_token();
  return Error{Errc::kConflict, "a request with this id is under way",
               "give each request an id of its own"};
}

void Provisionings::end(const std::string& id) {
  const std::scoped_lock lock(mutex_);
  under_way_.erase(id);
}

bool Provisionings::stop(const std::string& id) {
  const std::scoped_lock lock(mutex_);
  const auto found = under_way_.find(id);
  return found != under_way_.end() && found->second.request_stop();
}

}  // namespace coditect::api
