#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace coditect::objects {

/// Takes one key; false ends the walk.
using KeyVisitor = std::function<Result<bool>(const std::string& key)>;

/// Gives the paths of the files below `root` that begin with `prefix` and come behind `after` ("":
/// all), in order of their bytes. Reads only folders that can hold such a file. Skips names that
/// no key has, links, and folders that vanish.
Result<void> walk_keys(const std::filesystem::path& root, std::string_view prefix,
                       std::string_view after, const KeyVisitor& visit);

}  // namespace coditect::objects
