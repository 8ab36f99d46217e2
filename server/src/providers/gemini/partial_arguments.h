#pragma once

#include <set>
#include <string>

#include "base/json.h"
#include "providers/provider_error.h"

namespace coditect::providers::gemini {

/// Puts a call's arguments together from `partialArgs`: a path ($.a.b[0]['c d']), a value, and for
/// strings whether more follows.
///
/// Threads: one at a time.
/// Errors:  Kind::kMalformed for a path that is none or points into something of another kind.
class PartialArguments {
 public:
  ProviderResult<void> apply(const json::array& pieces, json::object& input);

 private:
  ProviderResult<void> apply_one(const json::object& piece, json::object& input);

  std::set<std::string> open_;  // paths of strings that go on
};

}  // namespace coditect::providers::gemini
