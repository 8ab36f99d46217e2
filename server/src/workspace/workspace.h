#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "agents/acp/acp_services.h"
#include "async/strand.h"
#include "async/task_group.h"
#include "workspace/approvals/approval_service.h"
#include "workspace/checkpoints.h"
#include "workspace/coordination/escalation_service.h"
#include "workspace/coordination/lock_service.h"
#include "workspace/files/file_service.h"
#include "workspace/host/workspace_host.h"
#include "workspace/log/event_log.h"
#include "workspace/message_service.h"
#include "workspace/meta.h"
#include "workspace/node_services.h"
#include "workspace/place.h"
#include "workspace/preview_hub.h"
#include "workspace/queries.h"
#include "workspace/search/semantic_search.h"
#include "workspace/state/workspace_state.h"
#include "workspace/tasks/task_service.h"
#include "workspace/terminals.h"
#include "workspace/undo/task_undo.h"
#include "workspace/worktrees/worktree_service.h"

namespace coditect::workspace {

class AcpWorkspace;
class LiveDocuments;
class McpService;
class Presence;

/// A workspace that is awake: an actor on one strand.
///
/// Threads:    perform() and close() may be called on any executor; everything else on strand().
/// Lifetime:   shared. Await close() before the last owner lets go; perform() refuses after that.
/// Invariants: state() is what the log says; nobody is shown an event that is not durable.
/// Errors:     kUnavailable from perform() while it closes: wake the workspace again and repeat.
class Workspace : public std::enable_shared_from_this<Workspace> {
 public:
  /// One thing that somebody wants done; runs on the strand.
  using Operation = std::function<awaitable<Result<json::value>>(Workspace&)>;

  /// A workspace that is not there yet: its log is empty and begins with what made it.
  struct New {
    std::string actor;
    json::object source;
  };
  /// It was put to sleep; that it wakes is an event.
  struct Asleep {};
  /// It was awake when the server stopped or died, and goes on: no event of its own.
  struct Interrupted {};
  /// Its log is the beginning of another workspace's. What was under way there is not here: tasks
  /// are cancelled, locks released.
  struct Forked {
    std::string actor;
    json::object data;  ///< of the event that says so
  };
  using Before = std::variant<New, Asleep, Interrupted, Forked>;

  /// Wakes the workspace at `place`: reads its state, completes what a crash interrupted, watches
  /// its files, sets its agents to work.
  static awaitable<Result<std::shared_ptr<Workspace>>> open(asio::any_io_executor executor,
                                                            const NodeServices& services,
                                                            Place place, Meta meta, Before before);
  ~Workspace();

  /// Runs `operation` on the strand. It is not interrupted: close() waits for it.
  static awaitable<Result<json::value>> perform(std::shared_ptr<Workspace> self,
                                                Operation operation);
  /// Why a workspace closes.
  enum class Closing {
    kSleeps,  ///< an event says so
    kPauses,  ///< the server stops; it goes on at the next start as if nothing had happened
  };
  /// Ends agents and watchers, waits for operations, brings everything to disk. Idempotent.
  static awaitable<Result<void>> close(std::shared_ptr<Workspace> self, Closing closing,
                                       std::string reason);

  const Strand& strand() const { return strand_; }
  const Meta& meta() const { return meta_; }
  const WorkspaceState& state() const { return state_; }
  const NodeServices& services() const { return services_; }
  EventLog& log() { return *log_; }
  FileService& files() { return *files_; }
  LockService& locks() { return *locks_; }
  EscalationService& escalations() { return *escalations_; }
  TaskService& tasks() { return *tasks_; }
  BudgetService& budgets() { return *budgets_; }
  ApprovalService& approvals() { return *approvals_; }
  CommandBook& commands() { return *commands_; }
  WorkspaceHost& host() { return *host_; }
  McpService& mcp() { return *mcp_; }
  MessageService& messages() { return *messages_; }
  ImageStore& images() { return *images_; }
  Checkpoints& checkpoints() { return *checkpoints_; }
  WorktreeService& worktrees() { return *worktrees_; }
  Queries& queries() { return *queries_; }
  SemanticSearch& search() { return *search_; }
  TaskUndo& undo() { return *undo_; }
  Terminals& terminals() { return *terminals_; }
  PreviewHub& previews() { return previews_; }
  Presence& presence() { return *presence_; }
  LiveDocuments& documents() { return *documents_; }
  blobs::BlobStore& blobs() { return *blobs_; }

  /// Opens a session where there is none and renews one that is half over: activity does.
  void keep_session(const std::string& actor);
  /// Renews the session to its full length, durably.
  awaitable<Result<json::value>> renew_session(std::string actor);
  /// Records an event about the workspace itself, durably.
  awaitable<Result<json::value>> record(std::string type, std::string actor);
  /// The current session's id, "" where there is none.
  std::string session() const;

  /// Whether close() has begun. Any thread.
  bool is_closing() const { return closing_; }

  /// Whether nobody would miss it: no subscriber, no task under way, no operation, and nothing has
  /// happened since `time`.
  static awaitable<bool> is_idle(std::shared_ptr<Workspace> self, SteadyTime since);
  /// Whether agents work in it.
  static awaitable<bool> is_busy(std::shared_ptr<Workspace> self);
  /// Counts somebody who watches; the workspace stays awake meanwhile.
  void add_subscriber() { ++subscribers_; }
  void remove_subscriber() { --subscribers_; }

 private:
  struct Loaded;

  Workspace(Strand strand, const NodeServices& services, Place place, Meta meta, Loaded loaded);

  static Result<Loaded> load(const Place& place);
  static awaitable<Result<void>> start(std::shared_ptr<Workspace> self, Before before);
  static awaitable<Result<json::value>> perform_on_strand(std::shared_ptr<Workspace> self,
                                                          Operation operation);
  static awaitable<Result<void>> close_on_strand(std::shared_ptr<Workspace> self, Closing closing,
                                                 std::string reason);
  static awaitable<bool> is_idle_on_strand(std::shared_ptr<Workspace> self, SteadyTime since);
  static awaitable<bool> is_busy_on_strand(std::shared_ptr<Workspace> self);
  awaitable<Result<void>> begin(New origin);
  void begin_fork(Forked fork);
  void apply(const Event& event);
  void on_file_changed(std::string path);
  awaitable<void> reconcile_changes();
  awaitable<void> keep_archived();
  awaitable<Result<void>> save_state();

  // Constant after construction.
  const Strand strand_;
  const NodeServices services_;
  const Place place_;
  const Meta meta_;

  // Touched only on strand_.
  WorkspaceState state_;
  std::vector<Event> unfinished_edits_;  ///< logged since the last saved state; empty after start
  std::unique_ptr<blobs::BlobStore> blobs_;
  std::unique_ptr<ImageStore> images_;
  std::shared_ptr<EventLog> log_;
  PreviewHub previews_;
  std::unique_ptr<LockService> locks_;
  std::unique_ptr<EscalationService> escalations_;
  std::unique_ptr<FileService> files_;
  std::unique_ptr<Checkpoints> checkpoints_;
  std::unique_ptr<WorktreeService> worktrees_;
  std::unique_ptr<TaskService> tasks_;
  std::unique_ptr<BudgetService> budgets_;
  std::unique_ptr<ApprovalService> approvals_;
  std::unique_ptr<Queries> queries_;
  std::unique_ptr<SemanticSearch> search_;
  std::unique_ptr<CommandBook> commands_;
  std::unique_ptr<McpService> mcp_;
  std::unique_ptr<WorkspaceHost> host_;
  std::unique_ptr<AcpWorkspace> acp_workspace_;
  std::unique_ptr<agents::acp::AcpServices> programs_;  ///< null where none can be started
  std::unique_ptr<MessageService> messages_;
  std::unique_ptr<TaskUndo> undo_;
  std::unique_ptr<Terminals> terminals_;
  std::unique_ptr<Presence> presence_;
  std::unique_ptr<LiveDocuments> documents_;
  std::optional<Watcher::WatchId> watch_;
  std::set<std::string> changed_paths_;  ///< reported by the watcher, not yet looked at
  bool reconciling_ = false;
  bool archiving_ = false;
  Sequence saved_seq_ = 0;
  std::size_t operations_ = 0;
  std::size_t subscribers_ = 0;
  SteadyTime last_active_{};
  enum class Phase { kStarting, kOpen, kClosing, kClosed } phase_ = Phase::kStarting;
  Notifier quiet_;
  std::atomic<bool> closing_ = false;  // any thread
  TaskGroup background_;
};

}  // namespace coditect::workspace
