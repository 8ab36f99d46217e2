#pragma once

#include <string_view>

namespace coditect::providers {

/// Whether a model may be shown pictures: false for those of which the vendors' pages said in
/// November 2026 that they take text alone, true for all others, known or not.
///
/// Threads: any.
bool takes_images(std::string_view model);

}  // namespace coditect::providers
