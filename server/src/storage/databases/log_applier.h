#pragma once

#include <string>

#include "base/result.h"
#include "base/strong_id.h"
#include "storage/databases/connection.h"
#include "storage/databases/event_feed.h"
#include "storage/databases/projection.h"

namespace coditect::databases {

/// How far a database has come: the last event that it holds, and which event that was. `mark`
/// tells the event from another one with the same number, as a log restored to an earlier state
/// has.
struct Applied {
  Sequence seq = 0;
  std::string mark;
};

/// meta's applied_seq and applied_mark.
Result<Applied> read_applied(Connection& connection);

/// Whether the database is already known to hold this very log's events.
enum class Trust { kKnown, kUnverified };

enum class Outcome {
  kCurrent,   ///< everything up to the feed's head is applied and committed
  kOtherLog,  ///< the database holds events that the feed does not have: rebuild it
};

/// Applies what the feed has beyond `applied`, many events to a transaction; each transaction also
/// stores how far it goes. `applied` follows every commit. After an Error a transaction may be
/// open: close the connection.
///
/// Threads: the database's one writer.
Result<Outcome> apply_log(Connection& connection, const Projection& projection, EventFeed& feed,
                          Trust trust, Applied& applied);

}  // namespace coditect::databases
