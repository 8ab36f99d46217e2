#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

// How a conversation in an editor becomes prompts of tasks, and is found again in the log: every
// prompt names its session in its first line and tells what was said before. All pure.
namespace coditect::app {

/// What was said once, and what came of it.
struct Turn {
  std::string said;
  std::string answered;
};

/// The prompt of the task that answers `said`. The newest of `before` are told, shortened, up to
/// 24 KiB; each line of them stands behind "> ", so that nothing in them is taken for the prompt's
/// own.
std::string compose_prompt(std::string_view session, const std::vector<Turn>& before,
                           std::string_view said);

/// A prompt that compose_prompt() made.
struct ComposedPrompt {
  std::string session;
  std::string said;
};
/// Nothing for any other prompt.
std::optional<ComposedPrompt> read_prompt(std::string_view prompt);

/// What a user says in an editor, as text. Errc::kInvalid for images, sounds and what is no
/// content.
Result<std::string> text_of_blocks(const json::array& blocks, std::string_view folder);

/// The first line of what was said, at most 80 bytes.
std::string title_of(std::string_view said);

}  // namespace coditect::app
