#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace coditect::registry {

struct TemplateFile {
  std::string_view path;
  std::string_view text;
};

/// A small project to begin with.
struct Template {
  std::string_view name;
  std::vector<TemplateFile> files;
};

/// Null where there is none of that name.
const Template* find_template(std::string_view name);
/// "cpp, notes, web"
std::string template_names();

}  // namespace coditect::registry
