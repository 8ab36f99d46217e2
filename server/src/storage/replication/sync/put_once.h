#pragma once

#include <string>

#include "storage/objects/object_store.h"

namespace coditect::replication {

/// Stores an object whose key determines what it holds, where there is none yet; one that is there
/// already is the same one. An answer that was lost is asked for again, a bounded number of times.
awaitable<Result<void>> put_once(objects::ObjectStore& store, std::string key, std::string content);
awaitable<Result<void>> put_once(objects::ObjectStore& store, std::string key,
                                 objects::ByteSource& source);

}  // namespace coditect::replication
