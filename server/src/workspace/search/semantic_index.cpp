#include "workspace/search/semantic_index.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/sha256.h"
#include "storage/files/file_change.h"
#include "workspace/search/chunks.h"
#include "workspace/search/search_limits.h"
#include "workspace/search/searchable_files.h"

namespace coditect::workspace {

namespace {

using providers::ProviderError;
using providers::ProviderResult;

/// So many files are looked up before others have their turn on the strand.
constexpr std::size_t kFilesAtOnce = 2'000;

ProviderError failure(const Error& error) {
  return providers::provider_error(ProviderError::Kind::kNetwork, error.message);
}

std::chrono::milliseconds pause_after(const ProviderError& error, int failures) {
  using std::chrono::milliseconds;
  const milliseconds longest = limits::kIndexPauseMax;
  // A wrong key or a spent budget is not mended in a second.
  if (!error.retryable) return longest;
  milliseconds pause = limits::kIndexPauseMin;
  for (int i = 1; i < failures && pause < longest; ++i) pause *= 2;
  return std::min(longest, std::max(pause, error.retry_after.value_or(milliseconds(0))));
}

/// What the vectors of a store come from.
std::string form_of(const providers::EmbeddingModel& model) {
  return model.name + "\n" + model.origin + "\n" + std::to_string(model.dimensions) + "\nchunks " +
         std::to_string(kChunkForm);
}

}  // namespace

SemanticIndex::SemanticIndex(Strand strand, Parts parts)
    : strand_(strand),
      parts_(std::move(parts)),
      opening_(strand),
      background_(strand, [](std::string_view task, const std::string& what) {
        spdlog::error("{} failed: {}", task, what);
      }) {}

void SemanticIndex::tree_changed() {
  changed_ = true;
  if (running_ || stop_.stop_requested()) return;
  running_ = true;
  background_.spawn("indexing for semantic search", run());
}

awaitable<void> SemanticIndex::run() {
  asio::steady_timer timer(strand_);
  std::chrono::milliseconds wait = limits::kIndexGather;
  int failures = 0;
  while (changed_) {
    timer.expires_after(wait);
    co_await timer.async_wait(asio::use_awaitable);
    changed_ = false;
    state_ = State::kIndexing;
    const auto done = co_await pass();
    if (done) {
      state_ = State::kReady;
      failures = 0;
      wait = limits::kIndexGather;
      continue;
    }
    if (stop_.stop_requested()) break;
    state_ = State::kPaused;
    error_ = done.error().message;
    changed_ = true;
    wait = pause_after(done.error(), ++failures);
    spdlog::warn("indexing for semantic search pauses for {} s: {}",
                 std::chrono::ceil<std::chrono::seconds>(wait).count(), error_);
  }
  running_ = false;
}

awaitable<ProviderResult<void>> SemanticIndex::pass() {
  auto listed = co_await wanted();
  if (!listed) co_return failure(listed.error());
  WantedContents missing = *std::move(listed);
  const auto opened = co_await store();
  if (!opened) co_return failure(opened.error());
  auto look = [store = *opened] { return store->contents(); };
  const auto have = co_await parts_.database.run(std::move(look));
  if (!have) co_return failure(have.error());
  std::vector<std::string> gone;
  std::size_t files = 0;
  for (const std::string& hash : *have) {
    const auto found = missing.find(hash);
    if (found == missing.end()) {
      gone.push_back(hash);
      continue;
    }
    files += found->second.files;
    missing.erase(found);
  }
  files_ = files;
  auto remove = [store = *opened, gone = std::move(gone)]() -> Result<std::size_t> {
    TRY_VOID(store->remove(gone));
    return store->passages();
  };
  const auto left = co_await parts_.database.run(std::move(remove));
  if (!left) co_return failure(left.error());
  passages_ = *left;
  error_.clear();
  while (!missing.empty() && !stop_.stop_requested()) {
    if (passages_ >= limits::kPassagesIndexedMax) {
      error_ = "the index is full: what does not fit is not found";
      break;
    }
    std::vector<Cut> cuts = co_await cut(missing);
    CO_TRY_VOID(co_await embed(cuts));
    const auto kept = co_await keep(std::move(cuts));
    if (!kept) co_return failure(kept.error());
  }
  co_return ProviderResult<void>{};
}

awaitable<Result<SemanticIndex::WantedContents>> SemanticIndex::wanted() {
  CO_TRY(const std::vector<std::string> paths,
         co_await searchable_files(parts_.tools, parts_.folder.root(), stop_.get_token()));
  WantedContents contents;
  std::size_t files = 0;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (i % kFilesAtOnce == kFilesAtOnce - 1) {
      co_await asio::post(strand_, asio::use_awaitable);
    }
    const FileInfo* info = parts_.files.find(paths[i]);
    if (info == nullptr || info->size > limits::kSearchedFileBytesMax) continue;
    Wanted& content = contents[info->hash];
    content.path = paths[i];
    ++content.files;
    ++files;
  }
  files_total_ = files;
  co_return contents;
}

awaitable<std::vector<SemanticIndex::Cut>> SemanticIndex::cut(WantedContents& missing) {
  auto read = [folder = parts_.folder, batch = std::exchange(missing, {})]() mutable {
    std::vector<Cut> cuts;
    std::size_t texts = 0;
    // Contents without passages cost no request, and are many in some trees.
    while (!batch.empty() && texts < limits::kEmbeddingBatch && cuts.size() < kFilesAtOnce) {
      const auto node = batch.extract(batch.begin());
      auto file = folder.read(node.mapped().path, limits::kSearchedFileBytesMax);
      // It has changed since it was listed: the change is an event of its own, or soon will be.
      if (!file || sha256_hex(file->bytes) != node.key()) continue;
      Cut cut{node.key(), node.mapped().files, {}, {}};
      if (files::is_text(file->bytes)) {
        for (Chunk& chunk : chunks_of(file->bytes)) {
          cut.passages.push_back({chunk.from_line, chunk.to_line, {}});
          cut.texts.push_back(std::move(chunk.text));
        }
      }
      texts += cut.texts.size();
      cuts.push_back(std::move(cut));
    }
    return std::pair(std::move(cuts), std::move(batch));
  };
  auto [cuts, rest] = co_await parts_.disk.run(std::move(read));
  missing = std::move(rest);
  co_return std::move(cuts);
}

awaitable<ProviderResult<void>> SemanticIndex::embed(std::vector<Cut>& cuts) {
  std::vector<std::string> texts;
  std::vector<vectors::Passage*> passages;
  for (Cut& cut : cuts) {
    for (std::size_t i = 0; i < cut.texts.size(); ++i) {
      texts.push_back(std::move(cut.texts[i]));
      passages.push_back(&cut.passages[i]);
    }
  }
  for (std::size_t at = 0; at < texts.size(); at += limits::kEmbeddingBatch) {
    const std::size_t end = std::min(at + limits::kEmbeddingBatch, texts.size());
    std::vector<std::string> batch(
        std::make_move_iterator(texts.begin() + static_cast<std::ptrdiff_t>(at)),
        std::make_move_iterator(texts.begin() + static_cast<std::ptrdiff_t>(end)));
    CO_TRY(auto vectors, co_await parts_.embedder.embed(std::move(batch), stop_.get_token()));
    for (std::size_t i = at; i < end; ++i) passages[i]->vector = std::move(vectors[i - at]);
  }
  co_return ProviderResult<void>{};
}

awaitable<Result<void>> SemanticIndex::keep(std::vector<Cut> cuts) {
  std::size_t files = 0;
  std::size_t passages = 0;
  for (const Cut& cut : cuts) {
    files += cut.files;
    passages += cut.passages.size();
  }
  auto put = [store = store_.get(), cuts = std::move(cuts)]() -> Result<void> {
    for (const Cut& cut : cuts) TRY_VOID(store->put(cut.hash, cut.passages));
    return {};
  };
  CO_TRY_VOID(co_await parts_.database.run(std::move(put)));
  files_ += files;
  passages_ += passages;
  co_return Result<void>{};
}

awaitable<Result<vectors::VectorStore*>> SemanticIndex::store() {
  const auto guard = co_await opening_.lock();
  if (stop_.stop_requested()) co_return unavailable("the workspace is going to sleep");
  if (store_ == nullptr) {
    auto open = [folder = parts_.directory, form = form_of(parts_.embedder.model())] {
      return vectors::VectorStore::open(folder, form);
    };
    CO_TRY(store_, co_await parts_.database.run(std::move(open)));
  }
  co_return store_.get();
}

awaitable<Result<std::vector<vectors::Near>>> SemanticIndex::nearest(std::vector<float> vector,
                                                                     std::size_t limit) {
  CO_TRY(vectors::VectorStore * opened, co_await store());
  auto scan = [opened, vector = std::move(vector), limit] {
    return opened->nearest(vector, limit);
  };
  co_return co_await parts_.database.run(std::move(scan));
}

json::object SemanticIndex::status() const {
  const char* state = state_ == State::kPaused                 ? "paused"
                      : state_ == State::kIndexing || changed_ ? "indexing"
                                                               : "ready";
  json::object status{{"state", state},
                      {"model", parts_.embedder.model().name},
                      {"files", files_},
                      {"files_total", files_total_},
                      {"passages", passages_}};
  if (!error_.empty()) status["error"] = error_;
  return status;
}

awaitable<void> SemanticIndex::close() {
  stop_.request_stop();
  co_await background_.close();
  const auto guard = co_await opening_.lock();
  auto drop = [store = std::move(store_)]() mutable { store.reset(); };
  co_await parts_.database.run(std::move(drop));
}

}  // namespace coditect::workspace
