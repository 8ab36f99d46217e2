#include "workspace/workspace.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/check.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/posix_file.h"
#include "storage/archive/archive_reader.h"
#include "storage/blobs/snapshot.h"
#include "workspace/acp/acp_workspace.h"
#include "workspace/files/tree_recovery.h"
#include "workspace/live/live_documents.h"
#include "workspace/live/presence.h"
#include "workspace/mcp/mcp_service.h"

namespace coditect::workspace {

namespace {

/// How long changes on disk are gathered before they are looked at: an editor's save is several.
constexpr std::chrono::milliseconds kGatherChanges{20};
/// Paths that wait to be looked at; beyond it the whole project is.
constexpr std::size_t kChangedPathsMax = 1'000;
/// How long durable events may stay out of the archive, and unsynced in it.
constexpr std::chrono::milliseconds kArchiveDelay{500};
constexpr std::chrono::seconds kSettleDelay{30};
/// Events after which the state is saved again, so that waking replays fewer.
constexpr Sequence kSaveEvery = 5'000;

Result<WorkspaceState> load_state(const std::filesystem::path& file) {
  TRY(std::string text, read_file(file));
  TRY(json::object object, parse_json_object(text));
  return WorkspaceState::restore(object);
}

std::unique_ptr<EscalationService> make_escalations(const Strand& strand,
                                                    const NodeServices& services, EventLog& log,
                                                    LockService& locks, WorkspaceState& state) {
  return std::make_unique<EscalationService>(
      strand,
      EscalationService::Parts{log, locks, state.escalations, state.approvals, state.bus,
                               services.agents, services.clock, services.random, services.ladder});
}

std::unique_ptr<ApprovalService> make_approvals(const Strand& strand, const NodeServices& services,
                                                EventLog& log, WorkspaceState& state,
                                                const Meta& meta) {
  return std::make_unique<ApprovalService>(
      strand, ApprovalService::Parts{log, state.approvals, state.tasks, services.clock,
                                     services.random, services.questions, meta.id, meta.name});
}

std::unique_ptr<McpService> make_mcp(const Strand& strand, const NodeServices& services,
                                     EventLog& log, const McpBook& book, const WorkspaceId& id,
                                     const Place& place) {
  McpService::Parts parts{
      log,          book, services.disk,    services.programs,      services.secrets,
      services.mcp, id,   place.projects(), place.homes() / ".mcp", services.clock};
  return std::make_unique<McpService>(strand, std::move(parts));
}

/// Null where no program can be started.
std::unique_ptr<agents::acp::AcpServices> make_programs(const NodeServices& services,
                                                        AcpWorkspace& workspace) {
  if (services.programs == nullptr) return nullptr;
  return std::make_unique<agents::acp::AcpServices>(
      agents::acp::AcpServices{workspace, *services.programs, services.tools, services.disk});
}

std::unique_ptr<Terminals> make_terminals(const Strand& strand, const NodeServices& services,
                                          PreviewHub& previews, const Place& place) {
  Terminals::Parts parts{services.terminals, previews,        services.disk,
                         services.clock,     services.random, place.projects()};
  return std::make_unique<Terminals>(strand, std::move(parts));
}

std::unique_ptr<Queries> make_queries(const NodeServices& services, EventLog& log,
                                      blobs::BlobStore& blobs, const Place& place) {
  return std::make_unique<Queries>(
      Queries::Parts{log, blobs, services.catalogue, services.database, place.root()});
}

std::unique_ptr<LiveDocuments> make_documents(const NodeServices& services, FileService& files,
                                              EventLog& log, const locks::LockTable& locks,
                                              PreviewHub& previews) {
  return std::make_unique<LiveDocuments>(
      LiveDocuments::Parts{files, log, locks, previews, services.clock, services.random});
}

}  // namespace

/// What is read from the disk before the actor begins.
struct Workspace::Loaded {
  WorkspaceState state;
  std::vector<Event> edits;  ///< file_edit and tree_restored events since the saved state
  Sequence saved_seq = 0;
  archive::Archive archive;
  std::unique_ptr<blobs::BlobStore> blobs;
};

Result<Workspace::Loaded> Workspace::load(const Place& place) {
  for (const auto& folder : {place.projects(), place.staging(), place.blobs()}) {
    TRY_VOID(make_directories(folder));
  }
  TRY(archive::Archive archive, archive::Archive::open(place.sessions()));
  TRY(std::unique_ptr<blobs::BlobStore> blobs, blobs::BlobStore::open(place.blobs()));
  Loaded loaded{{}, {}, 0, std::move(archive), std::move(blobs)};
  // A saved state is a short cut: one that is missing, damaged or too new is left aside.
  auto saved = load_state(place.state_file());
  if (saved && saved->seq <= loaded.archive.head().seq) loaded.state = *std::move(saved);
  loaded.saved_seq = loaded.state.seq;
  const archive::ArchiveReader reader(place.sessions());
  auto replay = [&](std::string_view line, Sequence) -> Result<bool> {
    TRY(Event event, parse_event(line));
    TRY_VOID(loaded.state.apply(event));
    if (event.type == "checkpoint" && find_string(event.data, "label") == kProvisionedLabel) {
      const std::string hash = find_string(event.data, "tree").value_or("");
      TRY(blobs::Tree tree, blobs::read_tree(hash, *loaded.blobs));
      adopt_tree(loaded.state.files, tree.entries, event.seq);
    }
    if (event.type == "file_edit" || event.type == kTreeRestored) {
      loaded.edits.push_back(std::move(event));
    }
    return true;
  };
  auto replayed = reader.read(loaded.state.seq + 1, replay);
  if (!replayed) return std::move(replayed).error().in("reading the log");
  return loaded;
}

awaitable<Result<std::shared_ptr<Workspace>>> Workspace::open(asio::any_io_executor executor,
                                                              const NodeServices& services,
                                                              Place place, Meta meta,
                                                              Before before) {
  auto read = [place] { return load(place); };
  CO_TRY(Loaded loaded, co_await services.disk.run(std::move(read)));
  const Strand strand = make_strand(executor);
  std::shared_ptr<Workspace> self(
      new Workspace(strand, services, std::move(place), std::move(meta), std::move(loaded)));
  auto started = co_await run_on(strand, start(self, std::move(before)));
  if (!started) {
    auto closed = co_await close(self, Closing::kPauses, "it could not be started");
    if (!closed) spdlog::error("closing it again: {}", closed.error().message);
    co_return std::move(started).error();
  }
  co_return self;
}

Workspace::Workspace(Strand strand, const NodeServices& services, Place place, Meta meta,
                     Loaded loaded)
    : strand_(strand),
      services_(services),
      place_(std::move(place)),
      meta_(std::move(meta)),
      state_(std::move(loaded.state)),
      unfinished_edits_(std::move(loaded.edits)),
      blobs_(std::move(loaded.blobs)),
      images_(std::make_unique<ImageStore>(*blobs_, services.disk)),
      saved_seq_(loaded.saved_seq),
      last_active_(services.clock.steady()),
      quiet_(strand),
      background_(strand, [id = meta_.id](std::string_view task, const std::string& what) {
        spdlog::error("workspace {}: {} failed: {}", id.str(), task, what);
      }) {
  log_ =
      std::make_shared<EventLog>(strand,
                                 EventLog::Services{services.journal, services.disk, services.clock,
                                                    services.gate, meta_.durability},
                                 meta_.id, place_.sessions(), std::move(loaded.archive),
                                 [this](const Event& event) { apply(event); });
  log_->set_session(session());
  locks_ = std::make_unique<LockService>(strand, *log_, state_.locks, services.clock);
  escalations_ = make_escalations(strand, services, *log_, *locks_, state_);
  files_ = std::make_unique<FileService>(
      strand,
      FileService::Parts{*log_, state_.locks, state_.files, *blobs_, services.disk, services.clock},
      ProjectFolder(place_.projects(), place_.staging()));
  checkpoints_ = std::make_unique<Checkpoints>(
      strand, Checkpoints::Parts{*log_, state_, *files_, *blobs_, services.disk, services.random});
  worktrees_ = std::make_unique<WorktreeService>(
      strand, WorktreeService::Parts{*log_, state_, *checkpoints_, *files_, *blobs_, services.disk,
                                     place_.worktrees()});
  tasks_ = std::make_unique<TaskService>(
      strand, TaskService::Parts{*log_, state_.tasks, state_.agents, *locks_, *checkpoints_,
                                 *worktrees_, services.agents, services.tools, services.clock,
                                 services.random, services.agent_silence_max});
  budgets_ = std::make_unique<BudgetService>(
      strand, BudgetService::Parts{*log_, state_.budgets, services.prices, services.clock,
                                   services.random});
  approvals_ = make_approvals(strand, services, *log_, state_, meta_);
  queries_ = make_queries(services, *log_, *blobs_, place_);
  search_ = std::make_unique<SemanticSearch>(
      strand,
      SemanticSearch::Parts{*log_, state_.budgets, state_.files, files_->folder(), services.tools,
                            services.disk, services.database, services.clock, services.random,
                            services.embedder, place_.vector_store()});
  commands_ = std::make_unique<CommandBook>(CommandBook::Parts{
      *log_, state_, *files_, *blobs_, *queries_, services.disk, services.clock, services.random});
  files_->set_guard(*commands_);
  mcp_ = make_mcp(strand, services, *log_, state_.mcp, meta_.id, place_);
  host_ = std::make_unique<WorkspaceHost>(
      strand, WorkspaceHost::Parts{
                  *log_,         state_,           *files_,         *locks_,
                  *tasks_,       *budgets_,        *approvals_,     *commands_,
                  previews_,     *queries_,        *search_,        services.agents,
                  services.disk, services.clock,   services.random, services.shared_context,
                  *worktrees_,   services.secrets, meta_.id,        *images_,
                  mcp_.get()});
  acp_workspace_ = std::make_unique<AcpWorkspace>(
      AcpWorkspace::Parts{*log_, state_.tasks, state_.approvals, *files_, *commands_, *worktrees_,
                          services.disk, place_.homes()});
  programs_ = make_programs(services, *acp_workspace_);
  messages_ = std::make_unique<MessageService>(*log_, *tasks_, services.agents, services.random);
  undo_ = std::make_unique<TaskUndo>(
      TaskUndo::Parts{*log_, state_, *files_, *checkpoints_, *queries_, *blobs_});
  terminals_ = make_terminals(strand, services, previews_, place_);
  presence_ = std::make_unique<Presence>(previews_, services.clock);
  documents_ = make_documents(services, *files_, *log_, state_.locks, previews_);
}

Workspace::~Workspace() {
  check(phase_ == Phase::kClosed || phase_ == Phase::kStarting,
        "a workspace is destroyed while it is open; await close() first");
}

awaitable<Result<void>> Workspace::start(std::shared_ptr<Workspace> self, Before before) {
  if (auto* origin = std::get_if<New>(&before)) {
    CO_TRY_VOID(co_await self->begin(std::move(*origin)));
  } else {
    if (std::holds_alternative<Asleep>(before)) {
      self->log_->append({"workspace_woken", "system", {}, {}, {}});
    }
    if (auto* fork = std::get_if<Forked>(&before)) self->begin_fork(std::move(*fork));
    CO_TRY_VOID(co_await self->files_->finish_writes(std::move(self->unfinished_edits_)));
    self->unfinished_edits_.clear();
  }
  auto on_change = [weak = self->weak_from_this(), strand = self->strand_](std::string path) {
    asio::post(strand, [weak, path = std::move(path)] {
      if (const auto workspace = weak.lock()) workspace->on_file_changed(path);
    });
  };
  auto watch = [&watcher = self->services_.watcher, root = self->place_.projects(),
                callback = std::move(on_change)] { return watcher.watch(root, callback); };
  CO_TRY(self->watch_, co_await self->services_.disk.run(std::move(watch)));
  self->locks_->pump();
  self->phase_ = Phase::kOpen;
  co_await self->worktrees_->sweep();
  self->budgets_->recover();
  self->approvals_->recover();
  self->escalations_->start();
  self->tasks_->start(*self->host_, self->programs_.get());
  // What somebody changed while nobody watched.
  self->on_file_changed("");
  self->search_->tree_changed();
  co_return Result<void>{};
}

awaitable<Result<void>> Workspace::begin(New origin) {
  check(state_.seq == 0, "a workspace begins once");
  json::object created{{"name", meta_.name}, {"source", std::move(origin.source)}};
  log_->append({"workspace_created", origin.actor, {}, {}, std::move(created)});
  keep_session(origin.actor);
  CO_TRY_VOID(co_await checkpoints_->record_provisioned(origin.actor));
  co_return co_await log_->durable(log_->head());
}

void Workspace::begin_fork(Forked fork) {
  log_->append({"workspace_forked", fork.actor, {}, {}, std::move(fork.data)});
  std::set<std::string> holders;
  for (const auto& [token, lock] : state_.locks.locks()) holders.insert(lock.holder);
  for (const std::string& holder : holders) {
    locks_->release_all(holder, locks::ReleaseReason::kRevoked);
  }
  std::vector<TaskId> unfinished;
  for (const auto& [id, task] : state_.tasks.tasks()) {
    if (!queue::is_finished(task.state)) unfinished.push_back(id);
  }
  for (const TaskId& id : unfinished) {
    auto cancelled = state_.tasks.cancel(id, fork.actor, services_.clock.now());
    if (cancelled) log_->append(*std::move(cancelled));
  }
}

void Workspace::apply(const Event& event) {
  host_->before_apply(event);
  checkpoints_->before_apply(event);
  auto applied = state_.apply(event);
  // What a decision returned a moment ago fits the state; anything else is a bug.
  check(applied.ok(), applied ? "" : applied.error().message);
  commands_->after_apply(event);
  escalations_->after_apply(event);
  mcp_->after_apply(event);
  if (event.type == "file_edit" && phase_ == Phase::kOpen) search_->tree_changed();
  last_active_ = services_.clock.steady();
  log_->set_session(session());
  if (!archiving_ && phase_ != Phase::kClosing) {
    archiving_ = true;
    background_.spawn("archiving", keep_archived());
  }
}

awaitable<void> Workspace::keep_archived() {
  asio::steady_timer timer(strand_);
  auto settle_at = services_.clock.steady() + kSettleDelay;
  while (phase_ != Phase::kClosing && !log_->failed()) {
    timer.expires_after(kArchiveDelay);
    co_await timer.async_wait(asio::use_awaitable);
    auto flushed = co_await log_->flush();
    if (flushed && services_.clock.steady() >= settle_at) {
      flushed = co_await log_->settle();
      settle_at = services_.clock.steady() + kSettleDelay;
      if (flushed && state_.seq - saved_seq_ >= kSaveEvery) flushed = co_await save_state();
    }
    if (!flushed) spdlog::error("workspace {}: {}", meta_.id.str(), flushed.error().message);
    // A quiet workspace runs nothing; the next event starts this again.
    if (log_->unsettled() == 0 && log_->durable_head() == log_->head()) break;
  }
  archiving_ = false;
}

awaitable<Result<void>> Workspace::save_state() {
  // The next time will do, too, for what is not in its place yet.
  if (files_->placing()) co_return Result<void>{};
  const Sequence seq = state_.seq;
  CO_TRY_VOID(co_await log_->durable(seq));
  if (state_.seq != seq) co_return Result<void>{};  // busy: the next time will do
  json::object snapshot = state_.snapshot();
  // The hash vouches for the log's last line, which no later line does.
  snapshot["log_hash"] = log_->head_hash();
  // The state says that the edits up to here are in the files, so the files come first: a rename
  // that is lost with the power would otherwise look like a change by somebody outside.
  auto write = [folder = files_->folder(), file = place_.state_file(),
                text = json::serialize(snapshot)]() -> Result<void> {
    TRY_VOID(folder.sync());
    return write_file_atomically(file, text);
  };
  CO_TRY_VOID(co_await services_.disk.run(std::move(write)));
  saved_seq_ = seq;
  co_return Result<void>{};
}

void Workspace::on_file_changed(std::string path) {
  if (phase_ != Phase::kOpen) return;
  // Of a storm only that there was one is kept: everything is looked at then.
  if (changed_paths_.size() >= kChangedPathsMax) changed_paths_ = {""};
  changed_paths_.insert(std::move(path));
  if (reconciling_) return;
  reconciling_ = true;
  background_.spawn("comparing files", reconcile_changes());
}

awaitable<void> Workspace::reconcile_changes() {
  asio::steady_timer timer(strand_);
  while (!changed_paths_.empty() && phase_ == Phase::kOpen && !log_->failed()) {
    timer.expires_after(kGatherChanges);
    co_await timer.async_wait(asio::use_awaitable);
    std::set<std::string> paths = std::exchange(changed_paths_, {});
    for (const std::string& path : paths) {
      const bool folder = path.empty() || path.ends_with('/');
      const std::string name = folder && !path.empty() ? path.substr(0, path.size() - 1) : path;
      auto compared = folder ? co_await files_->reconcile_folder(name, host_->outside_actor())
                             : co_await files_->reconcile(name, host_->outside_actor());
      if (!compared) {
        spdlog::warn("workspace {}: {}: {}", meta_.id.str(), path, compared.error().message);
      }
    }
  }
  reconciling_ = false;
}

void Workspace::keep_session(const std::string& actor) {
  const Time now = services_.clock.now();
  for (EventDraft& draft : state_.sessions.keep_open(now, services_.random.id("s_"), actor)) {
    log_->append(std::move(draft));
  }
}

awaitable<Result<json::value>> Workspace::renew_session(std::string actor) {
  CO_TRY_VOID(log_->admit());
  const Time now = services_.clock.now();
  for (EventDraft& draft : state_.sessions.renew(now, services_.random.id("s_"), actor)) {
    log_->append(std::move(draft));
  }
  CO_TRY_VOID(co_await log_->durable(log_->head()));
  co_return json::value();
}

awaitable<Result<json::value>> Workspace::record(std::string type, std::string actor) {
  EventDraft draft{std::move(type), std::move(actor), session(), {}, {}};
  CO_TRY(Sequence seq, co_await log_->record(std::move(draft)));
  co_return json::value(seq);
}

std::string Workspace::session() const {
  const auto& current = state_.sessions.current();
  return current ? current->id : "";
}

awaitable<bool> Workspace::is_idle(std::shared_ptr<Workspace> self, SteadyTime since) {
  const Strand strand = self->strand_;
  co_return co_await run_on(strand, is_idle_on_strand(std::move(self), since));
}

awaitable<bool> Workspace::is_idle_on_strand(std::shared_ptr<Workspace> self, SteadyTime since) {
  co_return self->subscribers_ == 0 && self->operations_ == 0 && !self->tasks_->busy() &&
      self->terminals_->size() == 0 && self->last_active_ <= since;
}

awaitable<bool> Workspace::is_busy(std::shared_ptr<Workspace> self) {
  const Strand strand = self->strand_;
  co_return co_await run_on(strand, is_busy_on_strand(std::move(self)));
}

awaitable<bool> Workspace::is_busy_on_strand(std::shared_ptr<Workspace> self) {
  co_return self->tasks_->busy();
}

awaitable<Result<json::value>> Workspace::perform(std::shared_ptr<Workspace> self,
                                                  Operation operation) {
  const Strand strand = self->strand_;
  co_return co_await run_on(strand, perform_on_strand(std::move(self), std::move(operation)));
}

awaitable<Result<json::value>> Workspace::perform_on_strand(std::shared_ptr<Workspace> self,
                                                            Operation operation) {
  if (self->phase_ != Phase::kOpen) {
    co_return unavailable("the workspace is going to sleep", "try again");
  }
  struct Counted {
    explicit Counted(Workspace& workspace) : self(workspace) { ++self.operations_; }
    ~Counted() {
      --self.operations_;
      self.quiet_.notify_all();
    }
    Workspace& self;
  };
  const Counted counted(*self);
  self->last_active_ = self->services_.clock.steady();
  co_return co_await operation(*self);
}

awaitable<Result<void>> Workspace::close(std::shared_ptr<Workspace> self, Closing closing,
                                         std::string reason) {
  const Strand strand = self->strand_;
  co_return co_await run_on(strand, close_on_strand(std::move(self), closing, std::move(reason)));
}

awaitable<Result<void>> Workspace::close_on_strand(std::shared_ptr<Workspace> self, Closing closing,
                                                   std::string reason) {
  if (self->phase_ == Phase::kClosing || self->phase_ == Phase::kClosed) {
    while (self->phase_ != Phase::kClosed) co_await self->quiet_.wait();
    co_return Result<void>{};
  }
  const bool was_open = self->phase_ == Phase::kOpen;
  self->phase_ = Phase::kClosing;
  self->closing_ = true;
  self->escalations_->stop();
  co_await self->tasks_->close();
  co_await self->mcp_->close();
  co_await self->terminals_->close();
  if (self->watch_) {
    auto unwatch = [&watcher = self->services_.watcher, id = *self->watch_] {
      watcher.unwatch(id);
    };
    co_await self->services_.disk.run(std::move(unwatch));
  }
  // An operation that waits, for a lock or for a person, would keep the workspace awake as long.
  self->locks_->end_waits();
  self->approvals_->end_waits();
  while (self->operations_ > 0) co_await self->quiet_.wait();
  co_await self->escalations_->close();
  co_await self->search_->close();
  co_await self->locks_->close();
  co_await self->background_.close();
  Result<void> closed;
  if (was_open && !self->log_->failed()) {
    if (closing == Closing::kSleeps) {
      self->log_->append({"workspace_asleep", "system", {}, {}, {{"reason", reason}}});
    }
    closed = co_await self->save_state();
  }
  auto settled = co_await self->log_->close();
  if (closed) closed = std::move(settled);
  auto close_databases = [&catalogue = self->services_.catalogue, root = self->place_.root()] {
    return catalogue.close(root);
  };
  auto databases_closed = co_await self->services_.database.run(std::move(close_databases));
  if (closed) closed = std::move(databases_closed);
  self->phase_ = Phase::kClosed;
  self->quiet_.notify_all();
  co_return closed;
}

}  // namespace coditect::workspace
