#include "providers/gemini/request.h"

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include <map>

namespace coditect::providers::gemini {

namespace {

/// Google's marker for calls that another model made: without a signature the API refuses them.
constexpr std::string_view kForeignSignature = "skip_thought_signature_validator";
constexpr std::string_view kSignature = "thoughtSignature";

bool signs_thoughts(std::string_view model) { return !model.starts_with("gemini-2"); }

/// The ids that the vendor gave its calls, by the transcript's. Calls without one are matched with
/// their results by name and order.
using VendorIds = std::map<std::string, json::value>;

/// Writes the parts of one content.
class Parts {
 public:
  Parts(const std::string& model, VendorIds& ids) : model_(model), ids_(ids) {}

  void operator()(const TextBlock& block) {
    const json::object* echo = echo_for(block.echo, ProviderKind::kGemini, model_);
    if (block.text.empty() && echo == nullptr) return;
    add({{"text", block.text}}, echo);
  }
  void operator()(const ToolCall& call) {
    json::object function{{"name", call.name}, {"args", call.input}};
    json::object signature;
    ids_.erase(call.id);
    const json::object* echo = echo_for(call.echo, ProviderKind::kGemini, model_);
    if (echo != nullptr) {
      // An id goes back only where the vendor gave it: not every surface knows the member.
      if (const json::value* id = echo->if_contains("id")) {
        function["id"] = *id;
        ids_[call.id] = *id;
      }
      if (const json::value* own = echo->if_contains(kSignature)) signature[kSignature] = *own;
    } else if (!called_ && signs_thoughts(model_)) {
      // Of parallel calls only the first is signed.
      signature[kSignature] = kForeignSignature;
    }
    called_ = true;
    add({{"functionCall", std::move(function)}}, &signature);
  }
  void operator()(const ToolResult& result) {
    const std::string_view key = result.outcome == ToolOutcome::kOk ? "output" : "error";
    json::object response{{"name", result.name}, {"response", {{key, result.output}}}};
    if (const auto id = ids_.find(result.call_id); id != ids_.end()) response["id"] = id->second;
    add({{"functionResponse", std::move(response)}}, nullptr);
  }
  void operator()(const Reasoning& block) {
    const json::object* echo = echo_for(block.echo, ProviderKind::kGemini, model_);
    if (echo != nullptr) add({{"text", block.text}, {"thought", true}}, echo);
  }
  void operator()(const OpaqueBlock& block) {
    const json::object* echo = echo_for(block.echo, ProviderKind::kGemini, model_);
    if (echo != nullptr) add({}, echo);
  }
  void operator()(const ImageBlock& image) {
    json::object data{{"mimeType", image.media_type}, {"data", base64_of(image)}};
    add({{"inlineData", std::move(data)}}, nullptr);
  }

  json::array take() && { return std::move(parts_); }

 private:
  void add(json::object part, const json::object* echo) {
    if (echo != nullptr) {
      for (const auto& [key, value] : *echo) part[key] = value;
    }
    parts_.push_back(std::move(part));
  }

  const std::string& model_;
  VendorIds& ids_;
  json::array parts_;
  bool called_ = false;
};

json::array contents(const ModelRequest& request) {
  VendorIds ids;
  json::array all;
  for (const Turn& turn : alternating(request.turns)) {
    Parts parts(request.model, ids);
    for (const Block& block : turn.blocks) std::visit(parts, block);
    json::array written = std::move(parts).take();
    if (written.empty()) continue;
    const std::string_view role = turn.role == Role::kUser ? "user" : "model";
    all.push_back(json::object{{"role", role}, {"parts", std::move(written)}});
  }
  return all;
}

json::array tools(const ModelRequest& request) {
  json::array declarations;
  for (const ToolSpec& tool : request.tools) {
    declarations.push_back(json::object{{"name", tool.name},
                                        {"description", tool.description},
                                        {"parametersJsonSchema", tool.input_schema}});
  }
  return {json::object{{"functionDeclarations", std::move(declarations)}}};
}

/// Generation 2 counts a budget of tokens.
json::object thinking_budget(Effort effort) {
  switch (effort) {
    case Effort::kNone:
    case Effort::kMinimal: return {{"thinkingBudget", 128}};  // the least that all of them accept
    case Effort::kLow: return {{"thinkingBudget", 1024}};
    case Effort::kMedium: return {{"thinkingBudget", 8192}};
    case Effort::kHigh:
    case Effort::kXHigh:
    case Effort::kMax: return {{"thinkingBudget", 24576}};
  }
  return {};
}

/// Later generations know levels: MINIMAL only Flash, XHIGH only Hydrogen.
json::object thinking_level(std::string_view model, Effort effort) {
  switch (effort) {
    case Effort::kNone:
    case Effort::kMinimal: {
      const bool minimal = model.contains("flash") && !model.starts_with("gemini-4");
      return {{"thinkingLevel", minimal ? "MINIMAL" : "LOW"}};
    }
    case Effort::kLow: return {{"thinkingLevel", "LOW"}};
    case Effort::kMedium: return {{"thinkingLevel", "MEDIUM"}};
    case Effort::kHigh: return {{"thinkingLevel", "HIGH"}};
    case Effort::kXHigh:
    case Effort::kMax: return {{"thinkingLevel", model.contains("hydrogen") ? "XHIGH" : "HIGH"}};
  }
  return {};
}

json::object generation_config(const ModelRequest& request) {
  json::object config{{"maxOutputTokens", request.max_output_tokens}};
  if (!request.stop_sequences.empty()) {
    config["stopSequences"] =
        json::array(request.stop_sequences.begin(), request.stop_sequences.end());
  }
  if (request.effort) {
    config["thinkingConfig"] = signs_thoughts(request.model)
                                   ? thinking_level(request.model, *request.effort)
                                   : thinking_budget(*request.effort);
  }
  return config;
}

}  // namespace

HttpPost build_request(const ModelRequest& request, const std::string& continuation_token) {
  json::object body{{"contents", contents(request)}};
  if (!request.system.empty()) {
    body["systemInstruction"] =
        json::object{{"parts", json::array{json::object{{"text", request.system}}}}};
  }
  if (!request.tools.empty()) body["tools"] = tools(request);
  body["generationConfig"] = generation_config(request);
  if (!continuation_token.empty()) body["continuationToken"] = continuation_token;
  const std::string model = boost::urls::encode(request.model, boost::urls::unreserved_chars);
  return {"/v1beta/models/" + model + ":streamGenerateContent?alt=sse", {}, json::serialize(body)};
}

}  // namespace coditect::providers::gemini
