#pragma once

#include <cstddef>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "base/strong_id.h"
#include "storage/databases/queries/view.h"

namespace coditect::databases {

/// The last `limit` messages before event `before` (0: the newest), oldest first:
/// {messages:[{id, seq, ts, kind, from, to:[...], text, session?, task?}], before?}. `before` is
/// there where older messages are: pass it to get them.
Result<json::object> list_messages(const View& view, Sequence before, std::size_t limit);

/// The messages that hold what match_query() makes of `words`, best first:
/// [{id, seq, ts, kind, from, to, text, snippet, ...}]; `snippet` marks the words with « and ».
/// Nothing for no words.
Result<json::array> search_messages(const View& view, std::string_view words, std::size_t limit);

}  // namespace coditect::databases
