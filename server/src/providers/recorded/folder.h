#pragma once

#include <filesystem>

namespace coditect::providers::recorded {

/// The folder of recorded traffic: CODITECT_FIXTURES, or the one beside the source tree.
std::filesystem::path recordings_folder();

}  // namespace coditect::providers::recorded
