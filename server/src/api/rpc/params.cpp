#include "api/rpc/params.h"

namespace coditect::api {

std::string text_param(const json::object& params, std::string_view name) {
  return find_string(params, name).value_or("");
}

std::optional<std::string> optional_text(const json::object& params, std::string_view name) {
  return find_string(params, name);
}

Result<std::int64_t> integer_param(const json::object& params, std::string_view name,
                                   std::int64_t otherwise, std::int64_t least, std::int64_t most) {
  const std::int64_t value = find_int(params, name).value_or(otherwise);
  if (value < least || value > most) {
    return invalid("'" + std::string(name) + "' is " + std::to_string(value),
                   "use " + std::to_string(least) + " to " + std::to_string(most));
  }
  return value;
}

Result<std::vector<std::string>> texts_param(const json::object& params, std::string_view name) {
  std::vector<std::string> texts;
  const json::array* array = find_array(params, name);
  if (array == nullptr) return texts;
  for (const json::value& value : *array) {
    if (!value.is_string()) return invalid("'" + std::string(name) + "' holds strings");
    texts.emplace_back(value.get_string());
  }
  return texts;
}

Result<std::optional<Sequence>> sequence_param(const json::object& params, std::string_view name) {
  const auto value = find_int(params, name);
  if (!value) return std::optional<Sequence>();
  if (*value < 0) return invalid("'" + std::string(name) + "' is negative");
  return std::optional(static_cast<Sequence>(*value));
}

}  // namespace coditect::api
