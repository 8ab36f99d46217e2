#pragma once

#include <string_view>
#include <vector>

#include "base/event.h"
#include "workspace/files/project_folder.h"

namespace coditect::workspace {

/// What a staged file holds that only says "this change is not done yet": removals and moves have
/// no content of their own to stage.
inline constexpr std::string_view kIntentMark = "coditect: a change that is logged and not done\n";

/// Completes changes that were logged and not put in place when the process ended, and empties the
/// staging folder.
///
/// A change of ours names its staged file in `intent`. It was synced before the event was logged
/// and goes, in the step that puts the change in place; so as long as it is there the change is
/// not, and once it is gone nothing is done again: a file that somebody has since set back, byte
/// for byte, stays set back. What another program changed meanwhile stays as well.
///
/// `edits` are `file_edit` events in the order of the log; those without `intent` only say what was
/// found on the disk. Blocking.
Result<void> complete_writes(const ProjectFolder& folder, const std::vector<Event>& edits);

}  // namespace coditect::workspace
