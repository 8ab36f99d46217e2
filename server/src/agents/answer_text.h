#pragma once

#include <string>
#include <vector>

#include "providers/transcript.h"

namespace coditect::agents {

/// What a model said in one go.
struct SaidText {
  std::string text;
  std::string phase;  ///< "commentary", "final_answer" or "" where the model does not say
  bool operator==(const SaidText&) const = default;
};

/// The texts of an answer, in order, as the model wrote them: put together they are what it
/// streamed. A vendor may cut one text into several blocks (Gemini where it signs a part, Anthropic
/// where it cites); a new one begins after a thought or a call, and where the phase changes.
std::vector<SaidText> said_texts(const providers::Turn& turn);

/// All of them as one text for a person: with an empty line between them.
std::string joined_text(const providers::Turn& turn);

}  // namespace coditect::agents
