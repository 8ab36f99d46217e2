#include "providers/gemini/partial_arguments.h"

#include <charconv>
#include <variant>
#include <vector>

#include "base/limits.h"
#include "providers/decode.h"

namespace coditect::providers::gemini {

namespace {

constexpr std::size_t kArrayLengthMax = 10'000;

using Step = std::variant<std::string, std::size_t>;

ProviderError bad_path() { return malformed("a piece of arguments with a path that is none"); }

/// One step in brackets: 'name', "name" or a number.
ProviderResult<Step> bracketed(std::string_view inside) {
  if (inside.size() >= 2 && (inside.front() == '\'' || inside.front() == '"') &&
      inside.back() == inside.front()) {
    return Step(std::string(inside.substr(1, inside.size() - 2)));
  }
  std::size_t index = 0;
  const auto [end, problem] = std::from_chars(inside.data(), inside.data() + inside.size(), index);
  if (problem != std::errc{} || end != inside.data() + inside.size()) return bad_path();
  if (index >= kArrayLengthMax) return bad_path();
  return Step(index);
}

ProviderResult<std::vector<Step>> parse_path(std::string_view path) {
  if (!path.starts_with('$')) return bad_path();
  path.remove_prefix(1);
  std::vector<Step> steps;
  while (!path.empty()) {
    if (steps.size() >= limits::kJsonDepthMax) return bad_path();
    std::size_t length = 0;
    if (path.front() == '.') {
      path.remove_prefix(1);
      length = std::min(path.find_first_of(".["), path.size());
      if (length == 0) return bad_path();
      steps.push_back(std::string(path.substr(0, length)));
    } else if (path.front() == '[') {
      const std::size_t close = path.find(']');
      if (close == std::string_view::npos) return bad_path();
      TRY(Step step, bracketed(path.substr(1, close - 1)));
      steps.push_back(std::move(step));
      length = close + 1;
    } else {
      return bad_path();
    }
    path.remove_prefix(length);
  }
  if (steps.empty() || !std::holds_alternative<std::string>(steps.front())) return bad_path();
  return steps;
}

/// The value at `steps`, made on the way where it is not there yet; null where a step does not fit
/// what is there.
json::value* walk(const std::vector<Step>& steps, json::object& input) {
  json::value* at = &input[std::get<std::string>(steps.front())];
  for (std::size_t i = 1; i < steps.size(); ++i) {
    if (const auto* name = std::get_if<std::string>(&steps[i])) {
      if (at->is_null()) at->emplace_object();
      if (!at->is_object()) return nullptr;
      at = &at->get_object()[*name];
    } else {
      const std::size_t index = std::get<std::size_t>(steps[i]);
      if (at->is_null()) at->emplace_array();
      if (!at->is_array()) return nullptr;
      if (at->get_array().size() <= index) at->get_array().resize(index + 1);
      at = &at->get_array()[index];
    }
  }
  return at;
}

}  // namespace

ProviderResult<void> PartialArguments::apply(const json::array& pieces, json::object& input) {
  for (const json::value& piece : pieces) {
    const json::object* fields = piece.if_object();
    if (fields == nullptr) return malformed("a piece of arguments that is no object");
    TRY_VOID(apply_one(*fields, input));
  }
  return {};
}

ProviderResult<void> PartialArguments::apply_one(const json::object& piece, json::object& input) {
  const std::string path = text_of(piece, "jsonPath");
  TRY(const std::vector<Step> steps, parse_path(path));
  json::value* at = walk(steps, input);
  if (at == nullptr) return bad_path();
  if (const auto text = find_string(piece, "stringValue")) {
    if (!open_.contains(path) || !at->is_string()) at->emplace_string();
    at->get_string().append(*text);
    if (find_bool(piece, "willContinue").value_or(false)) {
      open_.insert(path);
    } else {
      open_.erase(path);
    }
    return {};
  }
  for (const std::string_view key : {"numberValue", "boolValue"}) {
    if (const json::value* value = piece.if_contains(key)) *at = *value;
  }
  if (piece.contains("nullValue")) *at = nullptr;
  return {};
}

}  // namespace coditect::providers::gemini
