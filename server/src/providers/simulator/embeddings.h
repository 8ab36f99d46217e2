#pragma once

#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace coditect::simulator {

/// A vector in place of a model's: each word of `text` adds to a few places that its hash names, so
/// texts that share words are near and others are not. The same text gives the same vector. Its
/// length in space is 1, also for a text without words. Pure.
std::vector<float> word_vector(std::string_view text, std::size_t dimensions);

/// The answer of POST /v1/embeddings. Errc::kInvalid for a request that OpenAI refuses. Pure.
Result<json::object> answer_embeddings(const json::object& body);

}  // namespace coditect::simulator
