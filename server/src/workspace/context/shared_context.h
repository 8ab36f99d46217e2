#pragma once

namespace coditect::workspace {

/// Whether agents hear at the start of a task what there is and what others do: the repository's
/// map, others' tasks, locks and changes. Withheld, they find it out by themselves, at their own
/// cost: that is for measuring what it saves.
enum class SharedContext { kGiven, kWithheld };

}  // namespace coditect::workspace
