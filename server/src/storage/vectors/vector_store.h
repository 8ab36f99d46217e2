#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/databases/connection.h"

namespace coditect::vectors {

/// A stretch of lines of some content, and where its text lies among all texts.
struct Passage {
  int from_line = 1;
  int to_line = 1;  ///< inclusive
  std::vector<float> vector;
};

/// A passage that was found, and how near it is: the cosine, from -1 to 1.
struct Near {
  std::string content;
  int from_line = 1;
  int to_line = 1;
  float score = 0;
};

/// The embeddings of contents, by the contents' hashes, in one SQLite file (docs/formats/
/// vector-store.md). A search reads every vector: exact, and quick enough for some 100,000.
///
/// Threads:    any; writers take turns, readers do not wait.
/// Lifetime:   nothing else of the process opens the file meanwhile.
/// Invariants: a content is there with all its passages or not at all, also after a crash; all
///             vectors have one length and the length 1 in space.
/// Errors:     SQLite's own. A file that is damaged or of another form is replaced by an empty one
///             when it is opened: everything in it can be computed again.
class VectorStore {
 public:
  /// Opens the store in `folder`, which is made. `form` names what the vectors come from: the model
  /// and how texts were cut. One that was made with another form is emptied.
  static Result<std::unique_ptr<VectorStore>> open(const std::filesystem::path& folder,
                                                   std::string_view form);

  Result<std::set<std::string>> contents();
  /// How many passages there are in all.
  Result<std::size_t> passages();
  /// Replaces what there is of `content`; without passages it is there and found by nothing.
  Result<void> put(const std::string& content, std::span<const Passage> passages);
  Result<void> remove(std::span<const std::string> contents);
  /// The nearest passages, nearest first.
  Result<std::vector<Near>> nearest(std::span<const float> vector, std::size_t limit);

 private:
  VectorStore(std::filesystem::path file, std::unique_ptr<databases::Connection> writer)
      : file_(std::move(file)), writer_(std::move(writer)) {}
  static Result<std::unique_ptr<VectorStore>> open_file(const std::filesystem::path& file,
                                                        std::string_view form);
  Result<void> write(std::string_view content, std::span<const Passage> passages);

  const std::filesystem::path file_;
  std::mutex mutex_;
  std::unique_ptr<databases::Connection> writer_;  // guarded by mutex_
};

}  // namespace coditect::vectors
