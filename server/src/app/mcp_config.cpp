#include "app/mcp_config.h"

#include <string>

#include "app/config_file.h"

namespace coditect::app {

Result<std::vector<std::filesystem::path>> parse_mcp(const std::filesystem::path& file,
                                                     const toml::table& table) {
  TRY_VOID(only_known(file, table, {"programs"}));
  std::vector<std::string> folders;
  TRY_VOID(take_texts(file, table, "programs", folders));
  std::vector<std::filesystem::path> programs;
  for (const std::string& folder : folders) {
    const std::filesystem::path path(folder);
    if (!path.is_absolute() || path.lexically_normal() == "/") {
      return bad(file, *table.get("programs"),
                 "'programs' names folders by their whole paths, and not all of them");
    }
    programs.push_back(path);
  }
  return programs;
}

}  // namespace coditect::app
