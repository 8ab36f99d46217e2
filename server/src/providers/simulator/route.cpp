#include "providers/simulator/route.h"

namespace coditect::simulator {

namespace {

using Action = Route::Action;

Vendor vendor_by_headers(const net::RequestHead& head) {
  if (head.find_header("anthropic-version") || head.find_header("x-api-key")) {
    return Vendor::kAnthropic;
  }
  if (head.find_header("x-goog-api-key")) return Vendor::kGemini;
  return Vendor::kOpenai;
}

Action gemini_action(std::string_view method_name, const net::RequestHead& head) {
  if (method_name == "generateContent") return Action::kGenerate;
  if (method_name == "countTokens") return Action::kCountTokens;
  if (method_name != "streamGenerateContent") return Action::kUnknown;
  return head.find_query("alt") == "sse" ? Action::kStreamSse : Action::kStreamJson;
}

/// "/v1/models/MODEL" of any vendor, Google's "/v1/models/MODEL:method", and v1beta.
Route model_route(const net::RequestHead& head, Vendor vendor, std::string_view rest) {
  const std::size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos && !rest.empty()) {
    return {vendor, Action::kGetModel, std::string(rest), {}};
  }
  Route route;
  route.vendor = Vendor::kGemini;
  if (colon == std::string_view::npos || colon == 0) return route;
  route.model = rest.substr(0, colon);
  route.action = gemini_action(rest.substr(colon + 1), head);
  return route;
}

Route route_by_path(const net::RequestHead& head) {
  struct Fixed {
    std::string_view path;
    Vendor vendor;
    Action action;
  };
  static constexpr Fixed kFixed[] = {
      {"/v1/messages", Vendor::kAnthropic, Action::kGenerate},
      {"/v1/messages/count_tokens", Vendor::kAnthropic, Action::kCountTokens},
      {"/v1/responses", Vendor::kOpenai, Action::kGenerate},
      {"/v1/embeddings", Vendor::kOpenai, Action::kEmbed},
      {"/v1/responses/input_tokens", Vendor::kOpenai, Action::kCountTokens},
      {"/v1/chat/completions", Vendor::kMoonshot, Action::kGenerate},
      {"/v1/tokenizers/estimate-token-count", Vendor::kMoonshot, Action::kCountTokens},
      {"/v1beta/models", Vendor::kGemini, Action::kListModels},
  };
  for (const Fixed& fixed : kFixed) {
    if (head.path == fixed.path) return {fixed.vendor, fixed.action, {}, {}};
  }
  if (head.path == "/v1/models") return {vendor_by_headers(head), Action::kListModels, {}, {}};
  for (const std::string_view prefix : {"/v1/models/", "/v1beta/models/"}) {
    if (!head.path.starts_with(prefix)) continue;
    const Vendor vendor = prefix == "/v1/models/" ? vendor_by_headers(head) : Vendor::kGemini;
    return model_route(head, vendor, std::string_view(head.path).substr(prefix.size()));
  }
  const bool is_gemini = head.path.starts_with("/v1beta/");
  return {is_gemini ? Vendor::kGemini : vendor_by_headers(head), Action::kUnknown, {}, {}};
}

}  // namespace

Route route_of(const net::RequestHead& head) {
  Route route = route_by_path(head);
  if (route.action == Action::kUnknown) return route;
  const bool asks_for_models =
      route.action == Action::kListModels || route.action == Action::kGetModel;
  route.allowed = asks_for_models ? "GET" : "POST";
  if (head.method != route.allowed) route.action = Action::kWrongMethod;
  return route;
}

}  // namespace coditect::simulator
