#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "providers/simulator/act.h"

namespace coditect::simulator {

/// What a simulated model does where no rehearsal tells it: with those of the tools list_files,
/// read_file and write_file that are offered it looks at the tree, reads a file, leaves a note
/// under notes/, and always says that no model was asked. `asked` is the turn with the prompt,
/// `position` the number of assistant turns since.
Act honest_act(const Prompt& prompt, std::size_t asked, std::size_t position);

/// The path in a listing that looks most like a description of the project: a README, else the
/// first that looks like a text file; "" where there is none.
std::string choose_file(std::string_view listing);

}  // namespace coditect::simulator
