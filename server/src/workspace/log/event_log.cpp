#include "workspace/log/event_log.h"

#include <boost/asio/post.hpp>

#include <algorithm>

#include "base/check.h"
#include "base/log.h"
#include "base/sha256.h"
#include "storage/archive/archive_reader.h"

namespace coditect::workspace {

namespace {

/// Archived lines that stay in memory for subscribers who are nearly up to date.
constexpr std::size_t kRecentBytesMax = 16u << 10;
/// How soon a full journal is tried again where no event of this workspace is on its way.
constexpr std::chrono::milliseconds kSendAgain{5};
/// How long somebody waits for a node that may not acknowledge to be allowed to again.
constexpr std::chrono::seconds kClosedGateWait{10};

Error not_acknowledged() {
  return unavailable("this node may not acknowledge changes: it cannot renew its lease",
                     "look at the log once the object store is back: the change may stand");
}

}  // namespace

EventLog::EventLog(Strand strand, Services services, WorkspaceId workspace,
                   std::filesystem::path directory, archive::Archive archive, Apply apply)
    : strand_(strand),
      services_(services),
      workspace_(std::move(workspace)),
      apply_(std::move(apply)),
      directory_(std::move(directory)),
      archive_(std::move(archive)),
      archiving_(strand),
      send_again_(strand),
      progress_(strand) {
  head_ = sent_ = on_disk_ = durable_ = archived_ = settled_ = archive_.head().seq;
  head_hash_ = archive_.head().hash;
}

Result<void> EventLog::admit() const {
  if (!may_acknowledge()) {
    return unavailable("this node may not change anything: it cannot renew its lease",
                       "try again when the object store can be reached");
  }
  if (failure_) return Error(*failure_);
  if (sent_ == head_) return {};
  return Error{Errc::kLimit, "the log takes no more changes at the moment",
               "the disk is slower than the changes that arrive; try again in a moment"};
}

awaitable<void> EventLog::room() {
  while (sent_ < head_ && !failure_) co_await progress_.wait();
}

Sequence EventLog::append(EventDraft draft) {
  check(strand_.running_in_this_thread());
  check(!closed_, "an event after the log was closed");
  Event event;
  event.seq = ++head_;
  event.ts = services_.clock.now();
  event.type = std::move(draft.type);
  event.actor = std::move(draft.actor);
  event.session = draft.session.empty() ? session_ : std::move(draft.session);
  event.task = std::move(draft.task);
  event.data = std::move(draft.data);
  event.prev = head_hash_;
  LogLine line{event.seq, std::make_shared<const std::string>(to_line(event))};
  head_hash_ = sha256_hex(*line.text);
  listen_to_gate();
  apply_(event);
  recent_bytes_ += line.text->size();
  recent_.push_back(std::move(line));
  send();
  return event.seq;
}

/// Gives the journal what it has room for, in order.
void EventLog::send() {
  while (sent_ < head_ && !sending_later_) {
    if (send_one(recent_[sent_ + 1 - recent_.front().seq])) {
      ++sent_;
    } else {
      send_later();
    }
  }
}

/// False where the journal has no room.
bool EventLog::send_one(const LogLine& line) {
  refused_ = false;
  auto done = [self = shared_from_this(), seq = line.seq](const Result<void>& result) {
    // Only a full queue is a kLimit, and it is said at once, on this thread.
    if (!result && result.error().code == Errc::kLimit) {
      self->refused_ = true;
      return;
    }
    asio::post(self->strand_, [self, seq, result] { self->on_durable(seq, result); });
  };
  services_.journal.append(journal::Record{workspace_, line.seq, *line.text}, std::move(done));
  return !refused_;
}

void EventLog::send_later() {
  sending_later_ = true;
  send_again_.expires_after(kSendAgain);
  send_again_.async_wait([self = shared_from_this()](const boost::system::error_code&) {
    self->sending_later_ = false;
    self->send();
    self->tell_progress();
  });
}

void EventLog::on_durable(Sequence seq, const Result<void>& result) {
  if (!result && !failure_) {
    failure_ = result.error();
    spdlog::error("workspace {}: the journal failed at event {}: {}", workspace_.str(), seq,
                  failure_->message);
  }
  if (!failure_) {
    check(seq == on_disk_ + 1, "the journal completes in order");
    on_disk_ = seq;
    acknowledge();
  }
  if (sending_later_) send_again_.cancel();  // there is room again
  tell_progress();
}

/// A log that nobody writes to listens to nothing: one that is asleep costs the gate nothing.
void EventLog::listen_to_gate() {
  if (listening_ || services_.gate == nullptr) return;
  listening_ = true;
  auto on_change = [weak = weak_from_this(), strand = strand_] {
    asio::post(strand, [weak] {
      const auto self = weak.lock();
      if (!self || self->closed_) return;
      self->acknowledge();
      self->tell_progress();
    });
  };
  services_.gate->listen(workspace_, std::move(on_change));
}

bool EventLog::may_acknowledge() const {
  return services_.gate == nullptr || services_.gate->is_open();
}

void EventLog::acknowledge() {
  if (!may_acknowledge()) return;
  Sequence through = on_disk_;
  if (services_.gate != nullptr && services_.durability == Durability::kReplicated) {
    through = std::min(through, services_.gate->shipped(workspace_));
    if (through < on_disk_) services_.gate->hurry();
  }
  durable_ = std::max(durable_, through);
}

awaitable<Result<void>> EventLog::durable(Sequence seq) {
  const auto deadline = std::chrono::steady_clock::now() + kClosedGateWait;
  while (durable_ < seq && !failure_) {
    if (may_acknowledge()) {
      co_await progress_.wait();
    } else if (std::chrono::steady_clock::now() < deadline) {
      co_await progress_.wait_until(deadline);
    } else {
      co_return not_acknowledged();
    }
  }
  if (durable_ >= seq) co_return Result<void>{};
  co_return Error(*failure_);
}

awaitable<Result<void>> EventLog::on_disk(Sequence seq) {
  while (on_disk_ < seq && !failure_) co_await progress_.wait();
  if (on_disk_ >= seq) co_return Result<void>{};
  co_return Error(*failure_);
}

awaitable<Result<Sequence>> EventLog::record(EventDraft draft) {
  CO_TRY_VOID(admit());
  const Sequence seq = append(std::move(draft));
  CO_TRY_VOID(co_await durable(seq));
  co_return seq;
}

awaitable<Result<std::vector<LogLine>>> EventLog::read(Sequence from, std::size_t limit) {
  check(strand_.running_in_this_thread());
  std::vector<LogLine> lines;
  from = std::max<Sequence>(from, 1);
  if (from > durable_) co_return lines;
  const Sequence recent_from = recent_.empty() ? durable_ + 1 : recent_.front().seq;
  if (from >= recent_from) {
    for (std::size_t at = from - recent_from; at < recent_.size() && lines.size() < limit; ++at) {
      if (recent_[at].seq > durable_) break;
      lines.push_back(recent_[at]);
    }
    co_return lines;
  }
  // Older than what is in memory. Everything that is not in memory is in the archive.
  const Sequence through = archived_;
  auto read_archive = [directory = directory_, from, limit, through] {
    std::vector<LogLine> found;
    std::size_t bytes = 0;
    auto take = [&](std::string_view text, Sequence seq) -> Result<bool> {
      if (seq > through) return false;
      bytes += text.size();
      found.push_back({seq, std::make_shared<const std::string>(text)});
      return found.size() < limit && bytes < (4u << 20);
    };
    const archive::ArchiveReader reader(directory);
    auto done = reader.read(from, take);
    return done ? Result<std::vector<LogLine>>(std::move(found))
                : Result<std::vector<LogLine>>(std::move(done).error());
  };
  co_return co_await services_.disk.run(std::move(read_archive));
}

std::uint64_t EventLog::add_listener(std::function<void()> on_progress) {
  listeners_.emplace(++last_listener_, std::move(on_progress));
  return last_listener_;
}

void EventLog::remove_listener(std::uint64_t id) { listeners_.erase(id); }

void EventLog::tell_progress() {
  progress_.notify_all();
  for (const auto& [id, on_progress] : listeners_) on_progress();
}

awaitable<Result<void>> EventLog::flush() { return flush_through(durable_); }

awaitable<Result<void>> EventLog::flush_through(Sequence through) {
  if (archived_ >= through) co_return Result<void>{};
  const auto guard = co_await archiving_.lock();
  if (archived_ >= through) co_return Result<void>{};
  through = std::max(through, durable_);
  std::vector<std::string> lines;
  for (const LogLine& line : recent_) {
    if (line.seq > archived_ && line.seq <= through) lines.push_back(*line.text);
  }
  auto append_all = [this, lines = std::move(lines)] { return archive_.append(lines); };
  CO_TRY_VOID(co_await services_.disk.run(std::move(append_all)));
  archived_ = through;
  trim_recent();
  co_return Result<void>{};
}

awaitable<Result<void>> EventLog::settle() {
  CO_TRY_VOID(co_await flush());
  const auto guard = co_await archiving_.lock();
  const Sequence through = archived_;
  if (settled_ >= through) co_return Result<void>{};
  auto sync = [this] { return archive_.sync(); };
  CO_TRY_VOID(co_await services_.disk.run(std::move(sync)));
  settled_ = through;
  services_.journal.release(workspace_, through);
  co_return Result<void>{};
}

awaitable<Result<void>> EventLog::close() {
  const auto self = shared_from_this();
  while (on_disk_ < head_ && !failure_) co_await progress_.wait();
  Result<void> settled;
  if (durable_ < head_) {
    settled = may_acknowledge() ? co_await durable(head_) : Result<void>(not_acknowledged());
  }
  // What is on the disk keeps its place in the log, acknowledged or not: nothing may take it again.
  auto flushed = co_await flush_through(on_disk_);
  if (flushed) flushed = co_await settle();
  if (settled) settled = std::move(flushed);
  closed_ = true;
  if (listening_) services_.gate->stop_listening(workspace_);
  tell_progress();
  co_return settled;
}

void EventLog::trim_recent() {
  while (!recent_.empty() && recent_.front().seq <= archived_ && recent_bytes_ > kRecentBytesMax) {
    recent_bytes_ -= recent_.front().text->size();
    recent_.pop_front();
  }
}

}  // namespace coditect::workspace
