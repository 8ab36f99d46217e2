#include "providers/simulator/embeddings.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

namespace coditect::simulator {

namespace {

constexpr std::int64_t kDimensionsDefault = 256;
constexpr std::int64_t kDimensionsMax = 4096;
constexpr std::size_t kInputsMax = 2048;
constexpr int kPlacesOfAWord = 4;
constexpr double kBytesPerToken = 4;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// FNV-1a, then mixed so that every bit counts.
std::uint64_t hash_of(std::string_view word) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : word) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccdu;
  return hash ^ (hash >> 33);
}

void add_word(std::string_view word, std::vector<float>& vector) {
  std::uint64_t bits = hash_of(word);
  for (int place = 0; place < kPlacesOfAWord; ++place) {
    vector[(bits >> 1) % vector.size()] += (bits & 1u) != 0 ? 1.0F : -1.0F;
    bits = std::rotr(bits, 16);
  }
}

Result<std::vector<std::string>> inputs_of(const json::object& body) {
  std::vector<std::string> texts;
  const json::value* input = body.if_contains("input");
  if (input == nullptr) return invalid("Missing required parameter: 'input'.");
  if (input->is_string()) texts.emplace_back(input->get_string());
  if (input->is_array()) {
    for (const json::value& each : input->get_array()) {
      if (!each.is_string()) return invalid("'input' holds something else than strings.");
      texts.emplace_back(each.get_string());
    }
  }
  if (texts.empty() || texts.size() > kInputsMax) {
    return invalid("'input' must be a string or an array of 1 to 2048 strings.");
  }
  for (const std::string& text : texts) {
    if (text.empty()) return invalid("'input' cannot be an empty string.");
  }
  return texts;
}

}  // namespace

std::vector<float> word_vector(std::string_view text, std::size_t dimensions) {
  std::vector<float> vector(dimensions, 0.0F);
  std::string word;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    if (at < text.size() && is_letter(text[at])) {
      word += lower(text[at]);
      continue;
    }
    if (!word.empty()) add_word(word, vector);
    word.clear();
  }
  double sum = 0;
  for (const float each : vector) sum += static_cast<double>(each) * each;
  if (sum == 0) {
    vector[0] = 1;
    return vector;
  }
  for (float& each : vector) each = static_cast<float>(each / std::sqrt(sum));
  return vector;
}

Result<json::object> answer_embeddings(const json::object& body) {
  const auto model = find_string(body, "model");
  if (!model) return invalid("you must provide a model parameter");
  const std::string format = find_string(body, "encoding_format").value_or("float");
  if (format != "float") return invalid("The simulation writes 'float' only.");
  const std::int64_t dimensions = find_int(body, "dimensions").value_or(kDimensionsDefault);
  if (dimensions < 1 || dimensions > kDimensionsMax) {
    return invalid("'dimensions' must be from 1 to 4096.");
  }
  TRY(const std::vector<std::string> texts, inputs_of(body));
  json::array data;
  double bytes = 0;
  for (const std::string& text : texts) {
    json::array numbers;
    for (const float each : word_vector(text, static_cast<std::size_t>(dimensions))) {
      numbers.emplace_back(each);
    }
    data.push_back(json::object{
        {"object", "embedding"}, {"index", data.size()}, {"embedding", std::move(numbers)}});
    bytes += static_cast<double>(text.size());
  }
  const auto tokens = static_cast<std::int64_t>(std::ceil(bytes / kBytesPerToken));
  return json::object{{"object", "list"},
                      {"data", std::move(data)},
                      {"model", *model},
                      {"usage", {{"prompt_tokens", tokens}, {"total_tokens", tokens}}}};
}

}  // namespace coditect::simulator
