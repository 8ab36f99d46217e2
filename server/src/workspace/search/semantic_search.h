#pragma once

#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "async/blocking_pool.h"
#include "async/strand.h"
#include "base/json.h"
#include "base/result.h"
#include "tools/toolbox.h"
#include "workspace/files/file_index.h"
#include "workspace/files/project_folder.h"
#include "workspace/search/metered_embedder.h"
#include "workspace/search/semantic_index.h"

namespace coditect::workspace {

/// Finds passages of the project's files that are about what somebody asks: by embeddings where an
/// endpoint is configured and answers, else by the words of the question. The answer says which.
///
/// Threads:  the workspace's strand.
/// Lifetime: its parts outlive it. Await close() before destroying it.
class SemanticSearch {
 public:
  struct Parts {
    EventLog& log;
    const budget::Ledger& ledger;
    const FileIndex& files;
    ProjectFolder folder;
    const tools::ToolBox& tools;
    BlockingPool& disk;
    BlockingPool& database;
    const Clock& clock;
    Random& random;
    providers::Embedder* embedder;    ///< null where none is configured
    std::filesystem::path directory;  ///< of the vectors
  };

  SemanticSearch(Strand strand, Parts parts);

  /// {mode: "semantic"|"lexical", matches: [{path, from_line, to_line, text, score}], note?,
  /// index?}, best first. Errc::kInvalid for a query without words.
  awaitable<Result<json::value>> semantic(std::string query, std::size_t limit,
                                          std::stop_token stop);
  /// The project's files may be others than before.
  void tree_changed();
  awaitable<void> close();

 private:
  struct Match {
    std::string path;
    int from_line = 1;
    int to_line = 1;
    std::string text;
    double score = 0;
  };

  /// The vector of a query; Errc::kUnavailable where nobody answers in time.
  awaitable<Result<std::vector<float>>> vector_of(std::string query, std::stop_token stop);
  awaitable<Result<std::vector<Match>>> nearest(std::string query, std::size_t limit,
                                                std::stop_token stop);
  awaitable<Result<std::vector<Match>>> by_words(std::string query, std::size_t limit,
                                                 std::stop_token stop, std::string& note);

  const Strand strand_;
  const Parts parts_;
  // Touched only on strand_. Both null where no embeddings are configured.
  std::unique_ptr<MeteredEmbedder> embedder_;
  std::unique_ptr<SemanticIndex> index_;
};

}  // namespace coditect::workspace
