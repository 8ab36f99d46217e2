#include "app/acp/conversation.h"

#include "tools/sandbox/bounded_output.h"

namespace coditect::app {

namespace {

constexpr std::string_view kBegin = "[editor conversation ";
constexpr std::string_view kNow = "The user says now:";
constexpr std::size_t kEarlierBytesMax = 24u << 10;
constexpr std::size_t kPieceBytesMax = 4u << 10;
constexpr std::size_t kTitleBytesMax = 80;

void quote(std::string& out, std::string_view who, std::string_view text) {
  const std::string piece = tools::truncate_middle(text, kPieceBytesMax);
  std::string_view rest = piece;
  out += "> " + std::string(who) + ": ";
  while (true) {
    const auto end = rest.find('\n');
    out += std::string(rest.substr(0, end)) + "\n";
    if (end == std::string_view::npos) return;
    rest.remove_prefix(end + 1);
    out += "> ";
  }
}

std::string told(const std::vector<Turn>& before) {
  std::string text;
  for (auto turn = before.rbegin(); turn != before.rend(); ++turn) {
    std::string quoted;
    quote(quoted, "User", turn->said);
    quote(quoted, "You", turn->answered.empty() ? "(no answer)" : turn->answered);
    if (text.size() + quoted.size() > kEarlierBytesMax) break;
    text = quoted + text;
  }
  return text.empty() ? text : "Earlier in this conversation:\n" + text + "\n";
}

/// A file of the folder that the editor has open, by its path below it.
std::string link_text(const json::object& link, std::string_view folder) {
  const std::string uri = find_string(link, "uri").value_or("");
  const std::string prefix = "file://" + std::string(folder) + "/";
  if (uri.starts_with(prefix)) return uri.substr(prefix.size());
  return uri;
}

Result<std::string> text_of_block(const json::object& block, std::string_view folder) {
  const std::string type = find_string(block, "type").value_or("");
  if (type == "text") return need_string(block, "text");
  if (type == "resource_link") {
    TRY_VOID(need_string(block, "uri"));
    return " " + link_text(block, folder) + " ";
  }
  if (type == "resource") {
    const json::object* resource = find_object(block, "resource");
    if (resource == nullptr) return invalid("a resource of the prompt has no content");
    auto text = find_string(*resource, "text");
    if (!text) return invalid("a resource of the prompt is no text", "name the file instead");
    return "\n\n" + link_text(*resource, folder) + ":\n" + *text + "\n\n";
  }
  return invalid("the prompt holds '" + type + "', which is not understood",
                 "send texts, links to resources, or resources that are text");
}

}  // namespace

std::string compose_prompt(std::string_view session, const std::vector<Turn>& before,
                           std::string_view said) {
  return std::string(kBegin) + std::string(session) + ", turn " +
         std::to_string(before.size() + 1) + "]\n\n" + told(before) + std::string(kNow) + "\n" +
         std::string(said);
}

std::optional<ComposedPrompt> read_prompt(std::string_view prompt) {
  if (!prompt.starts_with(kBegin)) return std::nullopt;
  const std::string_view rest = prompt.substr(kBegin.size());
  const auto comma = rest.find(", turn ");
  const std::string marker = "\n" + std::string(kNow) + "\n";
  const auto now = rest.find(marker);
  if (comma == std::string_view::npos || now == std::string_view::npos || comma > now) {
    return std::nullopt;
  }
  return ComposedPrompt{std::string(rest.substr(0, comma)),
                        std::string(rest.substr(now + marker.size()))};
}

Result<std::string> text_of_blocks(const json::array& blocks, std::string_view folder) {
  std::string text;
  for (const json::value& block : blocks) {
    if (!block.is_object()) return invalid("the prompt holds what is no content");
    TRY(const std::string piece, text_of_block(block.get_object(), folder));
    text += piece;
  }
  if (text.find_first_not_of(" \n\t\r") == std::string::npos) return invalid("the prompt is empty");
  return text;
}

std::string title_of(std::string_view said) {
  const auto begin = said.find_first_not_of(" \n\t\r");
  if (begin == std::string_view::npos) return {};
  said.remove_prefix(begin);
  said = said.substr(0, said.find('\n'));
  return std::string(said.substr(0, tools::utf8_prefix(said, kTitleBytesMax)));
}

}  // namespace coditect::app
