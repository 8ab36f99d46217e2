#include "storage/replication/log/log_reader.h"

#include <algorithm>
#include <utility>

#include "base/storage_limits.h"

namespace coditect::replication {
namespace {

/// Holds the trailer and, of nearly every bundle, the index: one request instead of two.
constexpr std::uint64_t kTailBytes = 64u << 10;

}  // namespace

LogReader::LogReader(objects::ObjectStore& store, LogPlace from, Wanted wanted)
    : store_(store), place_(std::move(from)), wanted_(std::move(wanted)) {}

/// The bundle that is listed next, at or after place_.
awaitable<Result<std::optional<LogReader::Listed>>> LogReader::find() {
  while (true) {
    while (!listed_.empty() && listed_.front().number < place_.bundle) listed_.pop_front();
    if (!listed_.empty()) co_return std::optional(listed_.front());
    if (all_listed_) co_return std::optional<Listed>();
    std::string prefix = log_prefix(place_.node, place_.epoch);
    CO_TRY(objects::ListPage page, co_await store_.list(std::move(prefix), std::move(next_page_),
                                                        limits::kListPageObjectsMax));
    for (const objects::ObjectInfo& object : page.objects) {
      if (const auto at = parse_bundle_key(object.key)) {
        listed_.push_back({at->bundle, object.bytes});
      }
    }
    next_page_ = std::move(page.next);
    all_listed_ = next_page_.empty();
  }
}

/// The bundle at place_, which the list has not, but a later one. While a log grows a list that is
/// not made at one moment, as that of a folder, may pass a name before it is there.
awaitable<Result<std::optional<LogReader::Listed>>> LogReader::look_up() {
  const auto found = co_await store_.head(bundle_key(place_));
  if (found) co_return std::optional(Listed{place_.bundle, found->bytes});
  if (found.error().code == Errc::kNotFound) co_return std::optional<Listed>();
  co_return found.error();
}

awaitable<Result<std::optional<LogReader::LoadedBundle>>> LogReader::next() {
  if (ended_) co_return std::optional<LoadedBundle>();
  CO_TRY(std::optional<Listed> listed, co_await find());
  const bool leaves_one_out = listed && listed->number != place_.bundle;
  if (leaves_one_out) {
    CO_TRY(listed, co_await look_up());
  }
  if (!listed) {
    ended_ = true;
    end_ = leaves_one_out ? End::kGap : End::kOpen;
    co_return std::optional<LoadedBundle>();
  }
  auto index = co_await read_index(*listed);
  if (!index) co_return std::move(index).error().in(bundle_key(place_));
  if (index->head.kind == BundleHead::Kind::kSeal) {
    ended_ = true;
    end_ = End::kSealed;
    co_return std::optional<LoadedBundle>();
  }
  std::erase_if(index->entries, [this](const Entry& entry) { return !wanted_(entry); });
  auto entries = co_await read_entries(std::move(index->entries));
  if (!entries) co_return std::move(entries).error().in(bundle_key(place_));
  LoadedBundle bundle{place_, *std::move(entries)};
  ++place_.bundle;
  co_return std::optional(std::move(bundle));
}

awaitable<Result<BundleIndex>> LogReader::read_index(const Listed& listed) {
  const std::uint64_t tail_bytes = std::min(listed.bytes, kTailBytes);
  const std::uint64_t tail_offset = listed.bytes - tail_bytes;
  CO_TRY(const std::string tail, co_await read_part(tail_offset, tail_bytes));
  CO_TRY(const BundleTrailer trailer, parse_bundle_trailer(tail, listed.bytes));
  Result<BundleIndex> index;
  if (trailer.index_offset >= tail_offset) {
    const std::string_view bytes = tail;
    index = parse_bundle_index(
        bytes.substr(trailer.index_offset - tail_offset, trailer.index_bytes), trailer);
  } else {
    CO_TRY(const std::string bytes, co_await read_part(trailer.index_offset, trailer.index_bytes));
    index = parse_bundle_index(bytes, trailer);
  }
  if (!index) co_return index;
  const BundleHead& head = index->head;
  if (LogPlace{head.node, head.epoch, head.number} != place_) {
    co_return internal("the bundle is damaged: it says that it is bundle " +
                       std::to_string(head.number) + " of node " + head.node + " in epoch " +
                       std::to_string(head.epoch));
  }
  co_return index;
}

/// Entries that lie beside each other come with one request.
awaitable<Result<std::vector<LogReader::LoadedEntry>>> LogReader::read_entries(
    std::vector<Entry> entries) {
  std::vector<LoadedEntry> loaded;
  for (auto first = entries.begin(); first != entries.end();) {
    const std::uint64_t offset = first->offset;
    std::uint64_t end = offset;
    auto last = first;
    while (last != entries.end() && last->offset == end) end += (last++)->stored_bytes;
    CO_TRY(const std::string frames, co_await read_part(offset, end - offset));
    for (; first != last; ++first) {
      CO_TRY(std::string content,
             entry_content(*first, std::string_view(frames).substr(first->offset - offset,
                                                                   first->stored_bytes)));
      loaded.push_back({std::move(*first), std::move(content)});
    }
  }
  co_return loaded;
}

awaitable<Result<std::string>> LogReader::read_part(std::uint64_t offset, std::uint64_t bytes) {
  objects::Range range{offset, bytes};
  CO_TRY(objects::ObjectStore::Object part, co_await store_.get(bundle_key(place_), range, bytes));
  if (part.content.size() != bytes) co_return internal("the bundle is damaged: it is cut");
  co_return std::move(part.content);
}

}  // namespace coditect::replication
