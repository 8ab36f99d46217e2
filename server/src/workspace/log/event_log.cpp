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
      progress_(strand) {
  head_ = durable_ = archived_ = settled_ = archive_.head().seq;
  head_hash_ = archive_.head().hash;
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
  apply_(event);
  recent_bytes_ += line.text->size();
  journal::Record record{workspace_, line.seq, *line.text};
  recent_.push_back(std::move(line));
  services_.journal.append(
      std::move(record), [self = shared_from_this(), seq = event.seq](const Result<void>& result) {
        asio::post(self->strand_, [self, seq, result] { self->on_durable(seq, result); });
      });
  return event.seq;
}

void EventLog::on_durable(Sequence seq, const Result<void>& result) {
  if (!result && !failure_) {
    failure_ = result.error();
    spdlog::error("workspace {}: the journal failed at event {}: {}", workspace_.str(), seq,
                  failure_->message);
  }
  if (!failure_) {
    check(seq == durable_ + 1, "the journal completes in order");
    durable_ = seq;
  }
  tell_progress();
}

awaitable<Result<void>> EventLog::durable(Sequence seq) {
  while (durable_ < seq && !failure_) co_await progress_.wait();
  if (durable_ >= seq) co_return Result<void>{};
  co_return Error(*failure_);
}

awaitable<Result<Sequence>> EventLog::record(EventDraft draft) {
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

awaitable<Result<void>> EventLog::flush() {
  const Sequence wanted = durable_;
  if (archived_ >= wanted) co_return Result<void>{};
  const auto guard = co_await archiving_.lock();
  if (archived_ >= wanted) co_return Result<void>{};
  const Sequence through = durable_;
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
  auto settled = co_await durable(head_);
  if (settled) settled = co_await settle();
  closed_ = true;
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
