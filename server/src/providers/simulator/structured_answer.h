#pragma once

#include <optional>
#include <string>

#include "base/json.h"

namespace coditect::simulator {

/// The JSON Schema that a request of any vendor wants its answer to have; an empty one where it
/// wants JSON of any kind, nothing where it wants words.
std::optional<json::object> answer_schema(const json::object& body);

/// A value that fits the schema and says as little as can be. Programs ask such things beside
/// their task: which model is to answer, what it is to be called.
json::value least_answer(const json::object& schema);

}  // namespace coditect::simulator
