#pragma once

#include <string>

#include "base/random.h"
#include "storage/objects/object_store.h"

namespace coditect::objects {

/// Finds out whether `store` keeps its promise about conditions, which ownership rests on: several
/// stores and emulators take a condition and ignore it. Puts, changes and removes one object below
/// `folder` (a key; "probe"), with a name from `random`. Success means: creating an object twice,
/// changing a stale version and changing a missing object were refused, and nothing else was.
///
/// Errc::kInvalid, with a hint that names the store, for one that ignores conditions; what the
/// store says where it cannot be asked.
awaitable<Result<void>> probe_conditional_writes(ObjectStore& store, std::string folder,
                                                 Random& random);

}  // namespace coditect::objects
