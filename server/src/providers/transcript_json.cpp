#include "providers/transcript_json.h"

#include <utility>

namespace coditect::providers {

namespace {

json::object echo_json(const VendorItem& echo) {
  return {{"provider", to_string(echo.provider)}, {"model", echo.model}, {"item", echo.item}};
}

void add_echo(json::object& block, const std::optional<VendorItem>& echo) {
  if (echo) block["echo"] = echo_json(*echo);
}

struct BlockJson {
  json::object operator()(const TextBlock& text) const {
    json::object block{{"type", "text"}, {"text", text.text}};
    if (!text.phase.empty()) block["phase"] = text.phase;
    add_echo(block, text.echo);
    return block;
  }
  json::object operator()(const ToolCall& call) const {
    json::object block{
        {"type", "tool_call"}, {"id", call.id}, {"name", call.name}, {"input", call.input}};
    add_echo(block, call.echo);
    return block;
  }
  json::object operator()(const ToolResult& result) const {
    return {{"type", "tool_result"},
            {"call", result.call_id},
            {"name", result.name},
            {"output", result.output},
            {"ok", result.outcome == ToolOutcome::kOk}};
  }
  json::object operator()(const Reasoning& reasoning) const {
    json::object block{{"type", "reasoning"}, {"text", reasoning.text}};
    add_echo(block, reasoning.echo);
    return block;
  }
  json::object operator()(const OpaqueBlock& opaque) const {
    return {{"type", "opaque"}, {"echo", echo_json(opaque.echo)}};
  }
  json::object operator()(const ImageBlock& image) const {
    return {{"type", "image"}, {"hash", image.hash}, {"media_type", image.media_type}};
  }
};

Result<VendorItem> parse_echo(const json::object& object) {
  VendorItem echo;
  TRY(const std::string name, need_string(object, "provider"));
  const auto provider = provider_kind(name);
  if (!provider) return invalid("'" + name + "' is no provider");
  echo.provider = *provider;
  TRY(echo.model, need_string(object, "model"));
  const json::object* item = find_object(object, "item");
  if (item == nullptr) return invalid("a vendor's item is missing");
  echo.item = *item;
  return echo;
}

Result<std::optional<VendorItem>> find_echo(const json::object& block) {
  const json::object* object = find_object(block, "echo");
  if (object == nullptr) return std::optional<VendorItem>();
  TRY(VendorItem echo, parse_echo(*object));
  return std::optional<VendorItem>(std::move(echo));
}

Result<Block> parse_text(const json::object& object) {
  TextBlock text;
  TRY(text.text, need_string(object, "text"));
  text.phase = find_string(object, "phase").value_or("");
  TRY(text.echo, find_echo(object));
  return Block(std::move(text));
}

Result<Block> parse_call(const json::object& object) {
  ToolCall call;
  TRY(call.id, need_string(object, "id"));
  TRY(call.name, need_string(object, "name"));
  const json::object* input = find_object(object, "input");
  if (input == nullptr) return invalid("a tool call has no input");
  call.input = *input;
  TRY(call.echo, find_echo(object));
  return Block(std::move(call));
}

Result<Block> parse_result(const json::object& object) {
  ToolResult result;
  TRY(result.call_id, need_string(object, "call"));
  TRY(result.name, need_string(object, "name"));
  TRY(result.output, need_string(object, "output"));
  const auto ok = find_bool(object, "ok");
  if (!ok) return invalid("a tool result does not say how it ended");
  result.outcome = *ok ? ToolOutcome::kOk : ToolOutcome::kError;
  return Block(std::move(result));
}

Result<Block> parse_reasoning(const json::object& object) {
  Reasoning reasoning;
  TRY(reasoning.text, need_string(object, "text"));
  TRY(reasoning.echo, find_echo(object));
  return Block(std::move(reasoning));
}

Result<Block> parse_opaque(const json::object& object) {
  const json::object* echo = find_object(object, "echo");
  if (echo == nullptr) return invalid("an opaque block is empty");
  OpaqueBlock opaque;
  TRY(opaque.echo, parse_echo(*echo));
  return Block(std::move(opaque));
}

Result<Block> parse_image(const json::object& object) {
  ImageBlock image;
  TRY(image.hash, need_string(object, "hash"));
  TRY(image.media_type, need_string(object, "media_type"));
  return Block(std::move(image));
}

Result<Block> parse_block(const json::value& value) {
  if (!value.is_object()) return invalid("a block is no object");
  const json::object& object = value.get_object();
  TRY(const std::string type, need_string(object, "type"));
  if (type == "text") return parse_text(object);
  if (type == "tool_call") return parse_call(object);
  if (type == "tool_result") return parse_result(object);
  if (type == "reasoning") return parse_reasoning(object);
  if (type == "opaque") return parse_opaque(object);
  if (type == "image") return parse_image(object);
  return invalid("'" + type + "' is no kind of block");
}

}  // namespace

json::object to_json(const Turn& turn) {
  json::array blocks;
  for (const Block& block : turn.blocks) blocks.push_back(std::visit(BlockJson(), block));
  return {{"role", turn.role == Role::kUser ? "user" : "assistant"}, {"blocks", std::move(blocks)}};
}

Result<Turn> parse_turn(const json::object& object) {
  Turn turn;
  TRY(const std::string role, need_string(object, "role"));
  if (role != "user" && role != "assistant") return invalid("'" + role + "' is no role");
  turn.role = role == "user" ? Role::kUser : Role::kAssistant;
  const json::array* blocks = find_array(object, "blocks");
  if (blocks == nullptr) return invalid("a turn has no blocks");
  for (const json::value& value : *blocks) {
    TRY(Block block, parse_block(value));
    turn.blocks.push_back(std::move(block));
  }
  return turn;
}

}  // namespace coditect::providers
