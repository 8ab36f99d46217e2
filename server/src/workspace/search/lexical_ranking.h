#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "workspace/search/chunks.h"

namespace coditect::workspace {

/// The words of what a person asks: letters, digits and `_`, in lower case, each once, without the
/// most common of English where others are left; at most kQueryWordsMax. Pure.
std::vector<std::string> query_words(std::string_view query);
inline constexpr std::size_t kQueryWordsMax = 12;

/// The arguments of ripgrep that print every occurrence of a word: PATH NUL WORD, a line each.
std::vector<std::string> occurrence_arguments(const std::vector<std::string>& words);

/// Ranks files by the words of a query: Okapi BM25 (k1 1.2, b 0.75; Robertson and Zaragoza 2009)
/// over what ripgrep finds, where a word may be part of a longer one and one in the path counts as
/// in the text.
///
/// Threads:    one at a time.
/// Invariants: reads at most kReportBytesMax of what ripgrep prints; full() says that there was
///             more.
class LexicalRanking {
 public:
  static constexpr std::size_t kReportBytesMax = 32u << 20;

  explicit LexicalRanking(std::vector<std::string> words) : words_(std::move(words)) {}

  /// Takes what ripgrep prints, in pieces of any size.
  void feed(std::string_view chunk);
  bool full() const { return bytes_ > kReportBytesMax; }

  struct File {
    std::string path;
    double score = 0;
  };
  /// Of the files that `sizes` knows, those with a word, best first. Only what it knows is counted.
  std::vector<File> rank(const std::map<std::string, std::uint64_t>& sizes, std::size_t limit);
  /// The chunk that holds most of what is looked for; null for none.
  const Chunk* best(const std::vector<Chunk>& chunks) const;

 private:
  void take_line(std::string_view line);
  double rarity(std::size_t word) const;

  const std::vector<std::string> words_;
  std::map<std::string, std::vector<int>> counts_;  ///< by path, for each word
  std::vector<std::size_t> files_with_;             ///< by word; set by rank()
  std::size_t files_ = 0;
  std::string unfinished_;
  std::size_t bytes_ = 0;
};

}  // namespace coditect::workspace
