#include "workspace/workspace.h"

#include <boost/asio/steady_timer.hpp>

#include "async/counted.h"
#include "base/check.h"
#include "base/log.h"
#include "base/posix_file.h"
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

}  // namespace

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
  const Counted counted(self->operations_, self->quiet_);
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
