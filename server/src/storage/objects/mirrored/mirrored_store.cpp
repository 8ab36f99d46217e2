#include "storage/objects/mirrored/mirrored_store.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/storage_limits.h"
#include "storage/objects/condition.h"
#include "storage/objects/mirrored/mirror_copy.h"
#include "storage/objects/object_key.h"

namespace coditect::objects {
namespace {

bool is_whole(const Range& range) { return range.offset == 0 && !range.bytes; }

}  // namespace

MirroredStore::MirroredStore(const Strand& strand, std::unique_ptr<ObjectStore> primary,
                             std::unique_ptr<ObjectStore> mirror, MirrorOptions options,
                             const Clock& clock)
    : strand_(strand),
      primary_(std::move(primary)),
      mirror_(std::move(mirror)),
      options_(std::move(options)),
      clock_(clock),
      progress_(strand),
      tasks_(strand, [this](std::string_view, const std::string&) {
        // The copies that are left wait for the next one to be queued.
        copying_.reset();
        working_ = false;
        note_failure();
        progress_.notify_all();
      }) {}

MirroredStore::~MirroredStore() = default;

awaitable<Result<ObjectInfo>> MirroredStore::put(std::string key, std::string content,
                                                 Condition condition) {
  Job job{{.key = key, .bytes = content.size(), .generation = {}, .crc32c = {}}, {}};
  if (content.size() <= options_.object_bytes_max && !options_.is_mutable(key)) {
    job.content = content;
  }
  auto put = primary_->put(std::move(key), std::move(content), std::move(condition));
  return put_and_copy(*this, std::move(job), std::move(put));
}

awaitable<Result<ObjectInfo>> MirroredStore::put(std::string key, ByteSource& source,
                                                 Condition condition) {
  Job job{{.key = key, .bytes = source.bytes(), .generation = {}, .crc32c = {}}, {}};
  auto put = primary_->put(std::move(key), source, std::move(condition));
  return put_and_copy(*this, std::move(job), std::move(put));
}

awaitable<Result<ObjectInfo>> MirroredStore::put_and_copy(MirroredStore& self, Job job,
                                                          awaitable<Result<ObjectInfo>> put) {
  const std::uint64_t removals = self.removals_;
  CO_TRY(ObjectInfo stored, co_await std::move(put));
  job.info = stored;
  co_await run_on(self.strand_, self.enqueue_on_strand(std::move(job), removals));
  co_return stored;
}

awaitable<Result<ObjectStore::Object>> MirroredStore::get(std::string key, Range range,
                                                          std::size_t bytes_max) {
  CO_TRY_VOID(check_key(key));
  const bool mirrored = is_whole(range) && !options_.is_mutable(key);
  const std::uint64_t removals = removals_;
  if (mirrored) {
    auto copy = co_await run_on(strand_, get_copy_on_strand(key, bytes_max));
    if (copy) co_return *std::move(copy);
  }
  CO_TRY(Object object, co_await primary_->get(key, range, bytes_max));
  if (mirrored) {
    Job job{object.info, object.content};
    co_await run_on(strand_, enqueue_on_strand(std::move(job), removals));
  }
  co_return object;
}

awaitable<Result<ObjectInfo>> MirroredStore::read(std::string key, Range range,
                                                  const ByteSink& sink) {
  CO_TRY_VOID(check_key(key));
  const bool mirrored = is_whole(range) && !options_.is_mutable(key);
  const std::uint64_t removals = removals_;
  if (mirrored) {
    const auto copy = co_await run_on(strand_, get_copy_on_strand(key, options_.object_bytes_max));
    if (copy) {
      const std::string_view content = copy->content;
      for (std::size_t given = 0; given < content.size(); given += limits::kObjectPartBytes) {
        CO_TRY_VOID(sink(content.substr(given, limits::kObjectPartBytes)));
      }
      co_return copy->info;
    }
  }
  CO_TRY(ObjectInfo info, co_await primary_->read(key, range, sink));
  if (mirrored) {
    Job job{info, {}};
    co_await run_on(strand_, enqueue_on_strand(std::move(job), removals));
  }
  co_return info;
}

awaitable<Result<ObjectInfo>> MirroredStore::head(std::string key) {
  return primary_->head(std::move(key));
}

awaitable<Result<ListPage>> MirroredStore::list(std::string prefix, std::string next,
                                                std::size_t limit) {
  return primary_->list(std::move(prefix), std::move(next), limit);
}

awaitable<Result<void>> MirroredStore::remove(std::string key) {
  CO_TRY_VOID(check_key(key));
  if (options_.is_mutable(key)) co_return co_await primary_->remove(std::move(key));
  co_return co_await run_on(strand_, remove_on_strand(std::move(key)));
}

awaitable<void> MirroredStore::close() { return run_on(strand_, close_on_strand()); }

std::string MirroredStore::description() const {
  return primary_->description() + ", mirrored to " + mirror_->description();
}

awaitable<MirrorCounters> MirroredStore::counters() {
  return run_on(strand_, counters_on_strand());
}

awaitable<void> MirroredStore::drain() { return run_on(strand_, drain_on_strand()); }

/// The object, when the mirror holds an undamaged copy of at most `bytes_max`.
awaitable<std::optional<ObjectStore::Object>> MirroredStore::get_copy_on_strand(
    std::string key, std::size_t bytes_max) {
  check(strand_.running_in_this_thread());
  if (!mirror_is_up()) co_return std::nullopt;
  const Range whole;
  const std::size_t content_max = std::min(bytes_max, options_.object_bytes_max);
  auto copy = co_await mirror_->get(key, whole, content_max + kCopyOverheadBytesMax);
  if (!copy) {
    const Errc code = copy.error().code;
    if (code == Errc::kNotFound || code == Errc::kLimit) {
      ++counters_.misses;
    } else if (code == Errc::kInternal) {
      ++counters_.damaged;
    } else {
      note_failure();
    }
    co_return std::nullopt;
  }
  auto object = read_copy(key, std::move(copy->content));
  if (!object) {
    ++counters_.damaged;
  } else if (object->content.size() > bytes_max) {
    object.reset();  // the primary refuses it with the right words
  } else {
    ++counters_.hits;
  }
  co_return object;
}

/// `removals` was removals_ before the primary was asked.
awaitable<void> MirroredStore::enqueue_on_strand(Job job, std::uint64_t removals) {
  check(strand_.running_in_this_thread());
  const std::string& key = job.info.key;
  if (options_.is_mutable(key) || job.info.bytes > options_.object_bytes_max) co_return;
  if (is_queued(key)) co_return;
  if (removals != removals_ || removing_.contains(key) || closed_ || !mirror_is_up() ||
      queue_.size() >= options_.queue_objects_max) {
    ++counters_.left_out;
    co_return;
  }
  if (queue_bytes_ + job.kept_bytes() > options_.queue_bytes_max) job.content.reset();
  queue_bytes_ += job.kept_bytes();
  queue_.push_back(std::move(job));
  if (working_) co_return;
  working_ = true;
  tasks_.spawn("copies to the mirror", make_copies());
}

awaitable<Result<void>> MirroredStore::remove_on_strand(std::string key) {
  check(strand_.running_in_this_thread());
  const auto removing = removing_.insert(key);
  ++removals_;
  leave_queued_out(key);
  while (copying_ == key) co_await progress_.wait();
  // The mirror first: an object that the primary does not hold must not be read any more.
  auto removed = co_await mirror_->remove(key);
  if (!removed) {
    note_failure();
    removed = unavailable("the mirror still holds object " + key + ": " + removed.error().message,
                          "It is removed from both stores when the mirror can be asked again.");
  } else {
    removed = co_await primary_->remove(key);
  }
  removing_.erase(removing);
  ++removals_;
  co_return removed;
}

awaitable<void> MirroredStore::close_on_strand() {
  check(strand_.running_in_this_thread());
  closed_ = true;
  counters_.left_out += queue_.size();
  queue_.clear();
  queue_bytes_ = 0;
  co_await tasks_.join();
  co_await mirror_->close();
  co_await primary_->close();
}

awaitable<void> MirroredStore::drain_on_strand() {
  check(strand_.running_in_this_thread());
  while (working_) co_await progress_.wait();
}

awaitable<MirrorCounters> MirroredStore::counters_on_strand() {
  MirrorCounters counters = counters_;
  counters.queue_objects = queue_.size();
  counters.queue_bytes = queue_bytes_;
  co_return counters;
}

/// Makes the queued copies, one after the other, until there are none.
awaitable<void> MirroredStore::make_copies() {
  while (!queue_.empty()) {
    Job job = std::move(queue_.front());
    queue_.pop_front();
    queue_bytes_ -= job.kept_bytes();
    copying_ = job.info.key;
    co_await make_one_copy(std::move(job));
    copying_.reset();
    progress_.notify_all();
  }
  working_ = false;
  progress_.notify_all();
}

awaitable<void> MirroredStore::make_one_copy(Job job) {
  const std::string key = job.info.key;
  if (!mirror_is_up()) {
    ++counters_.left_out;
    co_return;
  }
  if (!job.content) {
    const Range whole;
    auto object = co_await primary_->get(key, whole, options_.object_bytes_max);
    if (!object) {
      ++counters_.left_out;
      co_return;
    }
    job = Job{std::move(object->info), std::move(object->content)};
  }
  std::string copy = make_copy(job.info, *job.content);
  job.content.reset();
  const Condition always = Always{};
  const auto stored = co_await mirror_->put(key, std::move(copy), always);
  if (stored) {
    ++counters_.copied;
  } else {
    ++counters_.left_out;
    note_failure();
  }
}

bool MirroredStore::is_queued(std::string_view key) const {
  return copying_ == key ||
         std::ranges::any_of(queue_, [&](const Job& job) { return job.info.key == key; });
}

void MirroredStore::leave_queued_out(std::string_view key) {
  const auto is_unwanted = [&](const Job& job) {
    if (job.info.key != key) return false;
    queue_bytes_ -= job.kept_bytes();
    ++counters_.left_out;
    return true;
  };
  std::erase_if(queue_, is_unwanted);
}

void MirroredStore::note_failure() {
  ++counters_.failed;
  mirror_down_until_ = clock_.steady() + options_.pause;
}

}  // namespace coditect::objects
