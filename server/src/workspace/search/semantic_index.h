#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "async/async_mutex.h"
#include "async/blocking_pool.h"
#include "async/strand.h"
#include "async/task_group.h"
#include "providers/provider_error.h"
#include "storage/vectors/vector_store.h"
#include "tools/toolbox.h"
#include "workspace/files/file_index.h"
#include "workspace/files/project_folder.h"
#include "workspace/search/metered_embedder.h"

namespace coditect::workspace {

/// Keeps the embeddings of the project's text files up to date, in the background: a while after a
/// change, only contents that it does not have yet, a batch at a time. Where nothing changes
/// nothing runs. After a failure it pauses, longer each time, and goes on where it was.
///
/// Threads:    the workspace's strand; disk and database work is done on their pools.
/// Lifetime:   its parts outlive it. Await close() before destroying it.
/// Invariants: a content is in the store only if all its passages are. So a crash, a pause or a
/// stop
///             costs at most the batch under way.
class SemanticIndex {
 public:
  struct Parts {
    const FileIndex& files;
    ProjectFolder folder;
    const tools::ToolBox& tools;
    MeteredEmbedder& embedder;
    BlockingPool& disk;
    BlockingPool& database;
    std::filesystem::path directory;  ///< of the store
  };

  SemanticIndex(Strand strand, Parts parts);

  /// The project's files may be others than before.
  void tree_changed();
  /// The passages nearest to `vector`, of contents that were there when they were indexed.
  awaitable<Result<std::vector<vectors::Near>>> nearest(std::vector<float> vector,
                                                        std::size_t limit);
  /// {state: "indexing"|"ready"|"paused", model, files, files_total, passages, error?}
  json::object status() const;
  /// Whether there is anything to find.
  bool is_empty() const { return passages_ == 0; }
  awaitable<void> close();

 private:
  enum class State { kIndexing, kReady, kPaused };
  /// Files of one content.
  struct Wanted {
    std::string path;  ///< one of them
    std::size_t files = 0;
  };
  /// A content on its way into the store.
  struct Cut {
    std::string hash;
    std::size_t files = 0;
    std::vector<vectors::Passage> passages;  ///< without vectors yet
    std::vector<std::string> texts;          ///< of the passages
  };
  using WantedContents = std::map<std::string, Wanted>;

  awaitable<void> run();
  /// Brings the store up to date with the tree.
  awaitable<providers::ProviderResult<void>> pass();
  awaitable<Result<WantedContents>> wanted();
  /// Reads and cuts contents until there are enough for a request; takes them out of `missing`.
  awaitable<std::vector<Cut>> cut(WantedContents& missing);
  awaitable<providers::ProviderResult<void>> embed(std::vector<Cut>& cuts);
  awaitable<Result<void>> keep(std::vector<Cut> cuts);
  awaitable<Result<vectors::VectorStore*>> store();

  const Strand strand_;
  const Parts parts_;
  // Touched only on strand_.
  std::unique_ptr<vectors::VectorStore> store_;
  AsyncMutex opening_;
  State state_ = State::kReady;
  bool changed_ = false;
  bool running_ = false;
  std::string error_;
  std::size_t files_ = 0;        ///< that are in the store
  std::size_t files_total_ = 0;  ///< that should be
  std::size_t passages_ = 0;
  std::stop_source stop_;
  TaskGroup background_;
};

}  // namespace coditect::workspace
