#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/result.h"
#include "providers/simulator/act.h"

namespace coditect::simulator {

/// What one request gets of an answer that takes several.
struct Part {
  Act act;                        ///< without cuts; only the last part has the calls
  std::optional<Hop::End> end;    ///< nothing for the last part
  std::string next_token;         ///< asks for the part after this one; "" for the last
  std::size_t earlier_bytes = 0;  ///< said in the parts before
};

/// The part of `act` that `token` asks for, "" for the first. Joined, the parts say what the act
/// says. A token holds all that is known about it: how many parts were had, and of which
/// conversation; `place` names that. Errc::kInvalid for any other token.
Result<Part> part_of(Act act, const std::string& place, const std::string& token);

}  // namespace coditect::simulator
