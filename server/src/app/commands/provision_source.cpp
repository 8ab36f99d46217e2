#include "app/commands/provision_source.h"

#include <filesystem>

namespace coditect::app {

namespace {

/// "https://host/a", "file:///a", or "git@host:a" as git itself reads it.
bool is_git_url(const std::string& text) {
  if (text.contains("://") || text.ends_with(".git")) return true;
  const std::size_t colon = text.find(':');
  return colon != std::string::npos && colon > 0 && text.find('@') < colon &&
         !text.substr(0, colon).contains('/');
}

}  // namespace

Result<json::object> provision_source(const std::string& from) {
  constexpr std::string_view kTemplate = "template:";
  if (from.empty()) return json::object{{"kind", "empty"}};
  if (from.starts_with(kTemplate)) {
    return json::object{{"kind", "template"}, {"name", from.substr(kTemplate.size())}};
  }
  std::error_code error;
  if (std::filesystem::is_directory(from, error)) {
    const std::filesystem::path path = std::filesystem::canonical(from, error);
    if (error) return system_error(from, error.value());
    return json::object{{"kind", "path"}, {"path", path.string()}};
  }
  if (is_git_url(from)) return json::object{{"kind", "git"}, {"url", from}};
  return invalid("--from " + from + " is no folder, git URL or template",
                 "give a folder that is there, a URL that git can clone, or template:NAME");
}

}  // namespace coditect::app
