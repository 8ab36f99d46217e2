#pragma once

#include <string_view>

#include "base/result.h"
#include "coordination/approvals/mode.h"

namespace coditect::approvals {

/// What a person is asked about, which decides what there is to answer:
///
///     what          kAllow      kDeny       kAsk
///     a call        allow       deny        (no answer)
///     a lock        approve     cancel      wait
///
/// kCall: may the call be made? kLock: an agent waits for a lock; approve takes it away from its
/// holder, cancel ends the wait, wait asks again later.
enum class Kind { kCall, kLock };
/// The public names: "call", "lock".
std::string_view to_string(Kind kind);
Result<Kind> parse_kind(std::string_view text);

/// An answer as the log and people have it, after the table above.
std::string_view answer_word(Kind kind, Decision answer);
/// Errc::kInvalid, with the words that there are, for what is none of them.
Result<Decision> parse_answer_word(Kind kind, std::string_view word);
/// The same of either kind: no word means two things.
Result<Decision> parse_answer_word(std::string_view word);

}  // namespace coditect::approvals
