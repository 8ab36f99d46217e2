#pragma once

#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "coordination/approvals/rule.h"

namespace coditect::tools {

/// What a call would do, before it is done: for the rules and for the people who allow it. The
/// input has been checked against the tool's schema. Errc::kInvalid or kDenied where the tool would
/// refuse it whatever anybody allows: nobody is asked for that. Pure.
Result<approvals::Intent> intent_of(std::string_view tool, const json::object& input);

}  // namespace coditect::tools
