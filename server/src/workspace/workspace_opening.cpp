// How a workspace is read from the disk, made of its parts and started.
#include <boost/asio/post.hpp>

#include "base/check.h"
#include "base/log.h"
#include "base/posix_file.h"
#include "storage/archive/archive_reader.h"
#include "storage/blobs/snapshot.h"
#include "workspace/acp/acp_workspace.h"
#include "workspace/files/tree_recovery.h"
#include "workspace/live/live_documents.h"
#include "workspace/live/presence.h"
#include "workspace/mcp/mcp_service.h"
#include "workspace/workspace.h"

namespace coditect::workspace {

namespace {

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

}  // namespace coditect::workspace
