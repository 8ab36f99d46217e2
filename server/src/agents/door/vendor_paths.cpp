#include "agents/door/vendor_paths.h"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <cctype>

namespace coditect::agents::door {

namespace {

using Kind = providers::ProviderKind;

/// What stands in the place of a key: programs insist on one.
constexpr const char* kNoKey = "kept-by-coditect";
constexpr std::string_view kCodexProvider = "coditect";

bool in_v1(Kind kind) {
  return kind == Kind::kOpenAi || kind == Kind::kMoonshot || kind == Kind::kOpenAiCompatible;
}

bool is_name(std::string_view text) {
  const auto fits = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
  };
  return !text.empty() && text.size() <= 200 && text != "." && text != ".." &&
         std::ranges::all_of(text, fits);
}

/// The target without a parameter that is a key.
std::string without_key(std::string_view target) {
  const std::size_t begin = target.find('?');
  if (begin == std::string_view::npos) return std::string(target);
  std::string kept(target.substr(0, begin));
  char join = '?';
  std::string_view rest = target.substr(begin + 1);
  while (!rest.empty()) {
    const std::string_view part = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    if (part.empty() || part.starts_with("key=")) continue;
    kept += join;
    kept += part;
    join = '&';
  }
  return kept;
}

std::optional<ApiCall> gemini_call(std::string_view method, std::string_view path) {
  for (const std::string_view version : {"/v1beta/models", "/v1/models"}) {
    if (!path.starts_with(version)) continue;
    std::string_view rest = path.substr(version.size());
    if (rest.empty()) return method == "GET" ? std::optional(ApiCall{}) : std::nullopt;
    if (!rest.starts_with('/')) continue;
    rest.remove_prefix(1);
    const std::size_t colon = rest.find(':');
    const std::string_view model = rest.substr(0, colon);
    if (!is_name(model)) return std::nullopt;
    if (colon == std::string_view::npos) {
      return method == "GET" ? std::optional(ApiCall{}) : std::nullopt;
    }
    const std::string_view verb = rest.substr(colon + 1);
    const bool generates = verb == "generateContent" || verb == "streamGenerateContent";
    if (method != "POST" || (!generates && verb != "countTokens")) return std::nullopt;
    return ApiCall{{}, generates, std::string(model)};
  }
  return std::nullopt;
}

std::optional<ApiCall> fixed_call(Kind kind, std::string_view method, std::string_view path) {
  struct Fixed {
    Kind kind;
    std::string_view path;
    bool generates;
  };
  static constexpr std::array<Fixed, 7> kFixed{{
      {Kind::kAnthropic, "/v1/messages", true},
      {Kind::kAnthropic, "/v1/messages/count_tokens", false},
      {Kind::kOpenAi, "/v1/responses", true},
      {Kind::kOpenAi, "/v1/chat/completions", true},
      {Kind::kMoonshot, "/v1/chat/completions", true},
      {Kind::kMoonshot, "/v1/tokenizers/estimate-token-count", false},
      {Kind::kOpenAiCompatible, "/v1/chat/completions", true},
  }};
  if (method == "GET") {
    constexpr std::string_view kModels = "/v1/models";
    const bool one = path.starts_with("/v1/models/") && is_name(path.substr(kModels.size() + 1));
    return path == kModels || one ? std::optional(ApiCall{}) : std::nullopt;
  }
  if (method != "POST") return std::nullopt;
  for (const Fixed& fixed : kFixed) {
    if (fixed.kind == kind && fixed.path == path) return ApiCall{{}, fixed.generates};
  }
  return std::nullopt;
}

std::vector<std::pair<std::string, std::string>> addresses(Kind kind, const std::string& url) {
  const std::string v1 = url + "/v1";
  switch (kind) {
    case Kind::kAnthropic: return {{"ANTHROPIC_BASE_URL", url}, {"ANTHROPIC_API_KEY", kNoKey}};
    case Kind::kGemini: return {{"GOOGLE_GEMINI_BASE_URL", url}, {"GEMINI_API_KEY", kNoKey}};
    case Kind::kMoonshot:
      return {{"KIMI_BASE_URL", v1},
              {"KIMI_API_KEY", kNoKey},
              {"KIMI_MODEL_BASE_URL", v1},
              {"KIMI_MODEL_API_KEY", kNoKey}};
    case Kind::kOpenAi:
    case Kind::kOpenAiCompatible: break;
  }
  return {{"OPENAI_BASE_URL", v1}, {"OPENAI_API_KEY", kNoKey}, {"CODEX_API_KEY", kNoKey}};
}

/// Null where the vendor's program has none.
const char* model_variable(Kind kind) {
  switch (kind) {
    case Kind::kAnthropic: return "ANTHROPIC_MODEL";
    case Kind::kGemini: return "GEMINI_MODEL";
    case Kind::kMoonshot: return "KIMI_MODEL_NAME";
    case Kind::kOpenAi:
    case Kind::kOpenAiCompatible: break;
  }
  return nullptr;
}

/// Codex takes an address from its configuration only.
std::string codex_config(const std::string& url, const std::string& model) {
  json::object provider{{"name", "CODITECT"},
                        {"base_url", url + "/v1"},
                        {"wire_api", "responses"},
                        {"env_key", "CODEX_API_KEY"},
                        {"supports_websockets", false}};
  json::object providers{{kCodexProvider, std::move(provider)}};
  json::object config{{"model_provider", kCodexProvider},
                      {"model_providers", std::move(providers)}};
  if (!model.empty()) config["model"] = model;
  return json::serialize(config);
}

std::vector<std::string_view> token_fields(Kind kind) {
  switch (kind) {
    case Kind::kAnthropic: return {"max_tokens"};
    case Kind::kGemini: return {"maxOutputTokens"};
    case Kind::kOpenAi: return {"max_output_tokens", "max_completion_tokens", "max_tokens"};
    case Kind::kMoonshot:
    case Kind::kOpenAiCompatible: break;
  }
  return {"max_tokens", "max_completion_tokens"};
}

}  // namespace

std::optional<ApiCall> api_call(Kind kind, const net::RequestHead& head) {
  auto call = kind == Kind::kGemini ? gemini_call(head.method, head.path)
                                    : fixed_call(kind, head.method, head.path);
  // Of the path as it was sent, only the query is taken: what was looked at is what is asked for.
  if (!call) return call;
  const std::size_t query = head.target.find('?');
  std::string path = head.path;
  if (in_v1(kind)) path.erase(0, 3);
  call->target = query == std::string::npos ? path : without_key(path + head.target.substr(query));
  return call;
}

std::optional<std::int64_t> output_tokens(Kind kind, const json::object& body) {
  const json::object* where = kind == Kind::kGemini ? find_object(body, "generationConfig") : &body;
  if (where == nullptr) return std::nullopt;
  for (const std::string_view field : token_fields(kind)) {
    if (const auto tokens = find_int(*where, field)) return tokens;
  }
  return std::nullopt;
}

void set_output_tokens(Kind kind, json::object& body, std::int64_t tokens) {
  json::object* where = &body;
  if (kind == Kind::kGemini) {
    json::value& config = body["generationConfig"];
    if (!config.is_object()) config.emplace_object();
    where = &config.get_object();
  }
  const std::vector<std::string_view> fields = token_fields(kind);
  const bool chat = body.contains("messages");
  std::string_view field = fields.front();
  if (kind == Kind::kOpenAi && chat) field = "max_completion_tokens";
  for (const std::string_view known : fields) {
    if (where->contains(known)) field = known;
  }
  (*where)[field] = tokens;
}

std::vector<std::pair<std::string, std::string>> door_variables(Kind kind, const std::string& url,
                                                                const std::string& model) {
  std::vector<std::pair<std::string, std::string>> found = addresses(kind, url);
  if (kind == Kind::kOpenAi) {
    found.emplace_back("CODEX_CONFIG", codex_config(url, model));
    found.emplace_back("MODEL_PROVIDER", kCodexProvider);
    found.emplace_back("NO_BROWSER", "1");
  }
  const char* name = model_variable(kind);
  if (!model.empty() && name != nullptr) found.emplace_back(name, model);
  return found;
}

bool passes(std::string_view header) {
  std::string name(header);
  std::ranges::transform(name, name.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  static constexpr std::array<std::string_view, 17> kStopped{"host",
                                                             "connection",
                                                             "keep-alive",
                                                             "transfer-encoding",
                                                             "te",
                                                             "trailer",
                                                             "upgrade",
                                                             "content-length",
                                                             "expect",
                                                             "authorization",
                                                             "x-api-key",
                                                             "x-goog-api-key",
                                                             "cookie",
                                                             "set-cookie",
                                                             "accept-encoding",
                                                             "proxy-authorization",
                                                             "proxy-connection"};
  return std::ranges::find(kStopped, std::string_view(name)) == kStopped.end();
}

}  // namespace coditect::agents::door
