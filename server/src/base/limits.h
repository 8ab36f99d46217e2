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
inline constexpr std::size_t kHttpConnectionsMax = 20'000;      // 503, then closed
inline constexpr std::size_t kHttpDiscardBytesMax = 32u << 20;  // of a refused body; then closed
inline constexpr seconds kHttpHeaderTimeMax{15};                // closed without an answer
inline constexpr seconds kHttpBodyTimeMax{120};                 // closed without an answer
inline constexpr seconds kHttpIdleTimeMax{60};                  // between requests; closed
inline constexpr seconds kHttpWriteTimeMax{30};                 // without progress; closed
inline constexpr seconds kSocketSilenceMax{40};                 // pinged at half of it; closed
inline constexpr std::size_t kRpcBatchMax = 100;
inline constexpr std::size_t kFileBytesMax = 8u << 20;  // text a client may read or write
inline constexpr std::size_t kPathBytesMax = 1024;
inline constexpr std::size_t kProjectFilesMax = 200'000;  // beyond it files are not tracked
inline constexpr std::size_t kNameBytesMax = 100;
inline constexpr std::size_t kPromptBytesMax = 1u << 20;
inline constexpr std::size_t kPageMax = 1000;  // rows of any list; a cursor follows
inline constexpr seconds kSqlTimeMax{10};      // interrupted: Errc::kLimit
inline constexpr std::size_t kSqlTextBytesMax = 100'000;

// Storage.
inline constexpr std::size_t kEventBytesMax = 24u << 20;  // one log line
inline constexpr std::size_t kJournalSegmentBytes = 64u << 20;
inline constexpr std::size_t kJournalQueueBytesMax = 256u << 20;  // appends are refused
inline constexpr std::size_t kArchiveSegmentBytes = 64u << 20;    // a new segment begins
inline constexpr std::size_t kDatabaseConnectionsMax = 10;        // per database; a query waits
inline constexpr std::size_t kInlineChangeBytesMax = 32u
                                                     << 10;  // larger edits go to the blob store
// A file's changes since its whole content was last logged; beyond either it is logged whole again.
inline constexpr std::size_t kSpliceChainMax = 100;
inline constexpr std::size_t kSpliceChainBytesMin = 4u << 10;  // or the file's size, if larger

// Subscribers.
inline constexpr std::size_t kSubscriberQueueMax = 4096;  // `resync`, then read from the log
inline constexpr std::size_t kSocketCallsMax = 64;        // under way on one WebSocket
inline constexpr std::size_t kSubscribersMax = 1000;      // per workspace

// Sessions, locks and tasks.
inline constexpr hours kSessionLength{8};
inline constexpr minutes kIdleBeforeSleep{15};
inline constexpr seconds kLockLease{60};
inline constexpr minutes kLockLeaseMax{30};
inline constexpr std::size_t kLocksMax = 10'000;         // held and waited for, per workspace
inline constexpr minutes kLockWaitMax{30};               // a longer wait is cut to this
inline constexpr std::size_t kPathWildcardsMax = 32;     // of one lock's pattern
inline constexpr std::size_t kMailboxMax = 1000;         // messages an agent has not read
inline constexpr std::size_t kTopicsMax = 100;           // an agent subscribes to
inline constexpr std::size_t kFinishedTasksKept = 1000;  // in memory; older are in the databases
inline constexpr std::size_t kTaskDependenciesMax = 100;
inline constexpr milliseconds kRestartDelayMin{100};  // doubles with each failure in a row
inline constexpr seconds kRestartDelayMax{10};
inline constexpr std::size_t kQueuedTasksMax = 10'000;  // per workspace
inline constexpr int kTaskAttemptsMax = 3;              // then failed
inline constexpr int kAgentTurnsMax = 200;              // model calls of one task
inline constexpr hours kTrashKept{30 * 24};

// Tools.
inline constexpr seconds kCommandTimeDefault{120};
inline constexpr seconds kCommandTimeMax{1800};
inline constexpr std::size_t kToolOutputBytesMax = 64u << 10;  // cut in the middle, says so
inline constexpr std::size_t kCommandBytesMax = 64u << 10;     // the text of one command: refused
inline constexpr std::size_t kCommandMemoryBytesMax = 4ull << 30;   // killed, says so
inline constexpr std::size_t kCommandProcessesMax = 512;            // fork fails with EAGAIN
inline constexpr std::size_t kCommandFileBytesMax = 2ull << 30;     // write fails with EFBIG
inline constexpr std::size_t kCommandOpenFilesMax = 4096;           // open fails with EMFILE
inline constexpr std::size_t kCommandScratchBytesMax = 1ull << 30;  // /tmp: write fails with ENOSPC
inline constexpr seconds kCommandStartMax{20};                      // the sandbox: unavailable
inline constexpr seconds kCommandKillMax{3};                        // then reported as a fault
inline constexpr std::size_t kTerminalsMax = 8;                     // per workspace: refused
inline constexpr std::size_t kTerminalWriteBytesMax = 64u << 10;    // of one write: refused
inline constexpr seconds kTerminalWriteTimeMax{2};  // the program reads nothing: Errc::kLimit
inline constexpr std::size_t kTerminalOutputBytesMax = 64u << 10;    // unseen: the program waits
inline constexpr milliseconds kTerminalOutputPause{15};              // between notifications
inline constexpr std::size_t kTerminalScrollbackBytes = 256u << 10;  // the oldest are dropped
inline constexpr int kTerminalSideMax = 1000;                        // columns, rows: refused
inline constexpr hours kTerminalIdleMax{8};                          // ended
inline constexpr hours kTerminalTimeMax{30 * 24};                    // ended
inline constexpr std::size_t kListEntriesMax = 1000;                 // the list says it is cut
inline constexpr std::size_t kSearchMatchesMax = 200;                // the search ends, says so
inline constexpr std::size_t kSearchLineBytesMax = 400;              // the line is cut
inline constexpr seconds kSearchTimeMax{30};                         // what was found so far
inline constexpr std::size_t kDiffBytesMax = 8u << 10;               // the diff says it is cut
inline constexpr std::size_t kDiffEditsMax = 1000;  // beyond it a diff is one big replacement

// Calls of models. A time-out or a broken stream is tried again; the others end the call.
inline constexpr std::size_t kModelRequestBytesMax = 32u << 20;
inline constexpr std::size_t kModelResponseBytesMax = 64u << 20;
inline constexpr std::size_t kModelErrorBodyBytesMax = 64u << 10;  // the rest is not read
inline constexpr std::size_t kStreamEventBytesMax = 16u << 20;
inline constexpr int kModelAttemptsMax = 5;
inline constexpr int kModelHopsMax = 64;            // requests that one answer is spread over
inline constexpr seconds kModelConnectTimeMax{20};  // name, TCP, proxy and TLS, each
inline constexpr minutes kModelFirstByteTimeMax{5};
inline constexpr minutes kModelSilenceMax{5};
inline constexpr minutes kModelRetryAfterMax{5};  // a longer wish ends the call

// The command line as a client. Reached: the command fails and says so.
inline constexpr seconds kClientAnswerTimeMax{60};      // without a byte of the answer
inline constexpr minutes kClientProvisionTimeMax{30};   // the server copies or clones
inline constexpr seconds kClientReconnectTimeMax{120};  // until a lost server is back
inline constexpr std::size_t kClientBodyBytesMax = 256u << 20;

}  // namespace coditect::limits
