#include "providers/simulator/dialect.h"

#include "providers/simulator/anthropic.h"
#include "providers/simulator/gemini.h"
#include "providers/simulator/moonshot.h"
#include "providers/simulator/openai.h"

namespace coditect::simulator {

const Dialect& dialect_of(Vendor vendor) {
  static const Anthropic anthropic;
  static const Gemini gemini;
  static const Openai openai;
  static const Moonshot moonshot;
  switch (vendor) {
    case Vendor::kAnthropic: return anthropic;
    case Vendor::kGemini: return gemini;
    case Vendor::kOpenai: return openai;
    case Vendor::kMoonshot: return moonshot;
  }
  return openai;
}

std::string bearer_key(const net::RequestHead& head) {
  constexpr std::string_view kScheme = "Bearer ";
  const auto value = head.find_header("authorization");
  if (!value || !value->starts_with(kScheme)) return "";
  return std::string(value->substr(kScheme.size()));
}

void add_retry_headers(const Refusal& refusal, net::Headers& headers) {
  if (!refusal.retry_after) return;
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(*refusal.retry_after);
  headers.emplace_back("retry-after", std::to_string(seconds.count()));
  headers.emplace_back("retry-after-ms", std::to_string(refusal.retry_after->count()));
}

const json::value* member(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

Result<std::string> text_of(const json::value* content) {
  if (content == nullptr || content->is_null()) return std::string();
  if (content->is_string()) return std::string(content->get_string());
  if (!content->is_array()) return invalid("content must be a string or a list of parts");
  std::string text;
  for (const json::value& part : content->get_array()) {
    if (!part.is_object()) return invalid("each part of content must be an object");
    const auto piece = find_string(part.get_object(), "text");
    if (!piece) continue;
    if (!text.empty()) text += '\n';
    text += *piece;
  }
  return text;
}

}  // namespace coditect::simulator
