#include "providers/embeddings/openai_embedder.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "providers/moonshot/errors.h"

namespace coditect::providers {

namespace {

using Kind = ProviderError::Kind;

constexpr std::chrono::seconds kConnectMax{10};
constexpr std::chrono::seconds kAnswerMax{120};
constexpr std::chrono::seconds kSilence{30};

ProviderError malformed(const std::string& what) {
  return provider_error(Kind::kMalformed, "the answer of the embeddings endpoint " + what);
}

/// A key travels in a header, where a line end would begin another.
bool fits_a_header(std::string_view key) {
  return std::ranges::all_of(key, [](char byte) { return byte > 0x20 && byte < 0x7F; });
}

ProviderResult<std::vector<float>> parse_vector(const json::object& entry) {
  const json::array* numbers = find_array(entry, "embedding");
  if (numbers == nullptr || numbers->empty()) return malformed("has an entry without numbers");
  std::vector<float> vector;
  vector.reserve(numbers->size());
  for (const json::value& number : *numbers) {
    if (!number.is_number()) return malformed("has something else than numbers in a vector");
    const auto value = static_cast<float>(number.to_number<double>());
    if (!std::isfinite(value)) return malformed("has a number that is too large");
    vector.push_back(value);
  }
  return vector;
}

}  // namespace

json::object embedding_request(const EmbeddingModel& model, const std::vector<std::string>& texts) {
  json::array input;
  for (const std::string& text : texts) input.emplace_back(text);
  json::object body{
      {"model", model.name}, {"input", std::move(input)}, {"encoding_format", "float"}};
  if (model.dimensions > 0) body["dimensions"] = model.dimensions;
  return body;
}

ProviderResult<Embedded> parse_embeddings(std::string_view body, std::size_t count,
                                          int dimensions) {
  const auto parsed = parse_json_object(body);
  if (!parsed) return malformed("is no JSON object");
  const json::array* data = find_array(*parsed, "data");
  if (data == nullptr || data->size() != count) {
    return malformed("has not one vector for each text");
  }
  Embedded embedded;
  embedded.vectors.resize(count);
  for (const json::value& each : *data) {
    if (!each.is_object()) return malformed("has an entry that is no object");
    const auto index = find_int(each.get_object(), "index").value_or(-1);
    if (index < 0 || static_cast<std::size_t>(index) >= count) {
      return malformed("has a vector of no text");
    }
    std::vector<float>& place = embedded.vectors[static_cast<std::size_t>(index)];
    if (!place.empty()) return malformed("has two vectors of one text");
    TRY(place, parse_vector(each.get_object()));
  }
  const auto length = dimensions > 0             ? static_cast<std::size_t>(dimensions)
                      : embedded.vectors.empty() ? 0
                                                 : embedded.vectors[0].size();
  for (const std::vector<float>& vector : embedded.vectors) {
    if (vector.size() == length) continue;
    return malformed("has a vector of " + std::to_string(vector.size()) + " numbers, not " +
                     std::to_string(length));
  }
  if (const json::object* usage = find_object(*parsed, "usage")) {
    embedded.tokens = std::max<std::int64_t>(0, find_int(*usage, "prompt_tokens").value_or(0));
  }
  return embedded;
}

Result<std::unique_ptr<Embedder>> OpenAiEmbedder::create(const EmbedderConfig& config,
                                                         const Clock& clock) {
  if (!fits_a_header(config.api_key)) {
    return invalid("the key for embeddings holds characters that no key has",
                   "check for quotes, spaces or a line end around it");
  }
  HttpClientOptions options;
  TRY(options.base, net_client::parse_base_url(config.base_url));
  TRY(options.proxy, net_client::choose_proxy(config.proxy, options.base));
  options.times = {kConnectMax, kAnswerMax, kSilence};
  TRY(auto client, make_http_client(std::move(options)));
  std::unique_ptr<Embedder> embedder =
      std::make_unique<OpenAiEmbedder>(config.model, config.api_key, std::move(client), clock);
  return embedder;
}

awaitable<ProviderResult<Embedded>> OpenAiEmbedder::embed(std::vector<std::string> texts,
                                                          std::stop_token stop) {
  auto embedded = co_await ask(texts, std::move(stop));
  if (embedded || api_key_.empty()) co_return embedded;
  ProviderError error = std::move(embedded).error();
  for (std::string* text : {&error.message, &error.code, &error.request_id}) {
    for (auto at = text->find(api_key_); at != std::string::npos; at = text->find(api_key_, at)) {
      text->replace(at, api_key_.size(), "[key]");
    }
  }
  co_return error;
}

awaitable<ProviderResult<Embedded>> OpenAiEmbedder::ask(const std::vector<std::string>& texts,
                                                        std::stop_token stop) {
  HttpPost post;
  post.target = "/embeddings";
  post.body = json::serialize(embedding_request(model_, texts));
  if (!api_key_.empty()) post.headers.push_back({"Authorization", "Bearer " + api_key_});
  CO_TRY(std::unique_ptr<HttpResponse> response, co_await client_->post(std::move(post), stop));
  const int status = response->head().status;
  const std::size_t bytes_max =
      status == 200 ? limits::kModelResponseBytesMax : limits::kModelErrorBodyBytesMax;
  std::string body;
  for (;;) {
    CO_TRY(const std::string piece, co_await response->read());
    if (piece.empty()) break;
    body += piece.substr(0, bytes_max - std::min(bytes_max, body.size()));
    if (status != 200 && body.size() >= bytes_max) break;
  }
  if (status != 200) {
    const HttpFailure failure{status, response->head().headers, std::move(body), clock_.now()};
    co_return moonshot::decode_error(failure);
  }
  co_return parse_embeddings(body, texts.size(), model_.dimensions);
}

}  // namespace coditect::providers
