#pragma once

#include <toml++/toml.h>

#include <filesystem>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"

/// What the readers of coditect.toml share. Every error names the file and the line.
namespace coditect::app {

/// Errc::kInvalid at the line of `node`.
Error bad(const std::filesystem::path& file, const toml::node& node, const std::string& what);
/// Refuses keys that are not `known`.
Result<void> only_known(const std::filesystem::path& file, const toml::table& table,
                        const std::set<std::string_view>& known);
/// Sets `into` to the string under `key`, if there is one.
Result<void> take_text(const std::filesystem::path& file, const toml::table& table,
                       std::string_view key, std::string& into);
/// Sets `into` to the strings of the array under `key`, if there is one.
Result<void> take_texts(const std::filesystem::path& file, const toml::table& table,
                        std::string_view key, std::vector<std::string>& into);

}  // namespace coditect::app
