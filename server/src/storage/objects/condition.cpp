#include "storage/objects/condition.h"

#include <string>

namespace coditect::objects {

Result<void> check_condition(std::string_view key, const Condition& condition,
                             const ObjectInfo* standing) {
  if (std::holds_alternative<Always>(condition)) return {};
  if (std::holds_alternative<IfAbsent>(condition)) {
    if (standing == nullptr) return {};
    return Error{Errc::kConflict, "object " + std::string(key) + " is there already", {}};
  }
  if (standing != nullptr && standing->generation == std::get<IfGeneration>(condition).generation) {
    return {};
  }
  const std::string what = standing == nullptr ? " is not there" : " has been changed";
  return Error{Errc::kConflict, "object " + std::string(key) + what, {}};
}

Error no_such_object(std::string_view key) {
  return not_found("object " + std::string(key) + " is not there");
}

Error damaged_object(std::string_view key) {
  return internal("object " + std::string(key) + " is damaged: its content has another checksum",
                  "Run `coditect verify` to learn what depends on it and what can be repaired.");
}

Error too_large_object(std::string_view key, std::uint64_t bytes, std::size_t bytes_max) {
  return {Errc::kLimit,
          std::to_string(bytes) + " bytes of object " + std::string(key) + " were asked for; " +
              std::to_string(bytes_max) + " are allowed at once",
          {}};
}

}  // namespace coditect::objects
