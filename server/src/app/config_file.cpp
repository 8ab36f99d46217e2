#include "app/config_file.h"

namespace coditect::app {

Error bad(const std::filesystem::path& file, const toml::node& node, const std::string& what) {
  return invalid(file.string() + ":" + std::to_string(node.source().begin.line) + ": " + what,
                 "docs/operations/configuration.md lists what may stand there");
}

Result<void> only_known(const std::filesystem::path& file, const toml::table& table,
                        const std::set<std::string_view>& known) {
  for (const auto& [key, node] : table) {
    if (!known.contains(key.str())) {
      return bad(file, node, "'" + std::string(key.str()) + "' is not known here");
    }
  }
  return {};
}

Result<void> take_text(const std::filesystem::path& file, const toml::table& table,
                       std::string_view key, std::string& into) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return {};
  const auto text = node->value_exact<std::string>();
  if (!text) return bad(file, *node, "'" + std::string(key) + "' is not a string");
  into = *text;
  return {};
}

Result<void> take_texts(const std::filesystem::path& file, const toml::table& table,
                        std::string_view key, std::vector<std::string>& into) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return {};
  const std::string what = "'" + std::string(key) + "' is not an array of strings";
  if (!node->is_array()) return bad(file, *node, what);
  for (const toml::node& each : *node->as_array()) {
    const auto text = each.value_exact<std::string>();
    if (!text) return bad(file, each, what);
    into.push_back(*text);
  }
  return {};
}

}  // namespace coditect::app
