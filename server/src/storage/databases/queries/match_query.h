#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace coditect::databases {

/// What a person typed, as FTS5 is asked for it.
struct MatchQuery {
  /// An expression that is well-formed whatever was typed; "" where there is nothing to look for.
  std::string expression;
  /// The words and phrases by themselves, to find them in a text again.
  std::vector<std::string> terms;
};

/// Plain words, all of which are wanted, the last one as the beginning of a word; "several words"
/// in double quotes are wanted side by side. Everything else (operators, a quote without its other,
/// signs) has no meaning of its own. Pure.
MatchQuery match_query(std::string_view typed);

}  // namespace coditect::databases
