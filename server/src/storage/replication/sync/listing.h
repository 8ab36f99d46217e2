#pragma once

#include <functional>
#include <string>

#include "storage/objects/object_store.h"

namespace coditect::replication {

/// Gives every object whose key begins with `prefix`, in the order of keys. An error of `each` ends
/// it and is returned.
awaitable<Result<void>> list_all(objects::ObjectStore& store, std::string prefix,
                                 std::function<Result<void>(const objects::ObjectInfo&)> each);

}  // namespace coditect::replication
