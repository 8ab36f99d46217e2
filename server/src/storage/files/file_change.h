#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/event.h"
#include "base/json.h"
#include "base/result.h"

namespace coditect::files {

/// A change of one stretch: at byte `at` of the content before, `remove` bytes give way to
/// `insert`. Never cuts a UTF-8 sequence.
struct Splice {
  std::size_t at = 0;
  std::size_t remove = 0;
  std::string insert;
};

/// The smallest single stretch that turns `before` into `after`.
Splice splice_between(std::string_view before, std::string_view after);
/// kInvalid where the splice does not fit into `before`.
Result<std::string> apply_splice(std::string_view before, const Splice& splice);

/// Whether `bytes` are UTF-8 without NUL: what a text editor may show and JSON may carry.
bool is_text(std::string_view bytes);

/// The content after a `file_edit`, given the content before; `blob` fetches content by its hash.
/// kInvalid when the result does not have the hash that the event states.
Result<std::string> content_after(
    const Event& edit, std::string_view before,
    const std::function<Result<std::string>(const std::string&)>& blob);

}  // namespace coditect::files
