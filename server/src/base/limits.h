#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// Every limit of the process in one place. Each line says what happens when it is reached.
namespace coditect::limits {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// From outside: refused with Errc::kInvalid or kLimit, nothing changed.
inline constexpr std::size_t kJsonDepthMax = 64;
inline constexpr std::size_t kHttpBodyBytesMax = 16u << 20;    // 413
inline constexpr std::size_t kHttpHeaderBytesMax = 32u << 10;  // 431
inline constexpr std::size_t kSocketMessageBytesMax = 16u << 20;
inline constexpr std::size_t kRpcBatchMax = 100;
inline constexpr std::size_t kFileBytesMax = 8u << 20;  // text a client may read or write
inline constexpr std::size_t kPathBytesMax = 1024;
inline constexpr std::size_t kNameBytesMax = 100;
inline constexpr std::size_t kPromptBytesMax = 1u << 20;
inline constexpr std::size_t kPageMax = 1000;       // rows of any list; a cursor follows
inline constexpr std::size_t kSqlRowsMax = 10'000;  // `truncated` is set
inline constexpr seconds kSqlTimeMax{10};           // interrupted: Errc::kLimit

// Storage.
inline constexpr std::size_t kEventBytesMax = 24u << 20;  // one log line
inline constexpr std::size_t kJournalSegmentBytes = 64u << 20;
inline constexpr std::size_t kJournalQueueBytesMax = 256u << 20;  // appends wait
inline constexpr std::size_t kArchiveSegmentBytes = 64u << 20;    // a new segment begins
inline constexpr std::size_t kDatabaseConnectionsMax = 10;        // per database; a query waits
inline constexpr std::size_t kInlineChangeBytesMax = 32u
                                                     << 10;  // larger edits go to the blob store

// Subscribers.
inline constexpr std::size_t kSubscriberQueueMax = 4096;  // `resync`, then read from the log
inline constexpr std::size_t kSubscribersMax = 1000;      // per workspace

// Sessions, locks and tasks.
inline constexpr hours kSessionLength{8};
inline constexpr minutes kIdleBeforeSleep{15};
inline constexpr seconds kLockLease{60};
inline constexpr minutes kLockLeaseMax{30};
inline constexpr std::size_t kLocksMax = 10'000;        // per workspace
inline constexpr std::size_t kQueuedTasksMax = 10'000;  // per workspace
inline constexpr int kTaskAttemptsMax = 3;              // then failed
inline constexpr int kAgentTurnsMax = 200;              // model calls of one task
inline constexpr hours kTrashKept{30 * 24};

// Tools.
inline constexpr seconds kCommandTimeDefault{120};
inline constexpr seconds kCommandTimeMax{1800};
inline constexpr std::size_t kToolOutputBytesMax = 64u << 10;  // cut in the middle, says so

}  // namespace coditect::limits
