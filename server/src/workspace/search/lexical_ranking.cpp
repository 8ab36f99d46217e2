#include "workspace/search/lexical_ranking.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace coditect::workspace {

namespace {

constexpr double kSaturation = 1.2;    // k1
constexpr double kLengthShare = 0.75;  // b
constexpr std::size_t kLineBytesMax = 8'192;
constexpr std::size_t kWordBytesMax = 100;

constexpr std::array<std::string_view, 46> kCommon{
    "a",    "an",   "and",  "are",   "as",    "at",   "be",  "by",   "can",   "do",   "does", "for",
    "from", "has",  "have", "how",   "i",     "if",   "in",  "is",   "it",    "its",  "me",   "my",
    "of",   "on",   "or",   "our",   "so",    "that", "the", "then", "there", "this", "to",   "was",
    "we",   "what", "when", "where", "which", "who",  "why", "will", "with",  "you"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = lower(c);
  return result;
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool contains(const auto& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

int occurrences(std::string_view text, std::string_view word) {
  int count = 0;
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    ++count;
  }
  return count;
}

}  // namespace

std::vector<std::string> query_words(std::string_view query) {
  std::vector<std::string> all;
  std::vector<std::string> telling;
  for (std::size_t at = 0; at < query.size();) {
    std::size_t end = at;
    while (end < query.size() && is_letter(query[end])) ++end;
    if (end == at) {
      ++at;
      continue;
    }
    std::string word = lower(query.substr(at, end - at));
    at = end;
    if (word.size() > kWordBytesMax || contains(all, word)) continue;
    if (!contains(kCommon, word)) telling.push_back(word);
    all.push_back(std::move(word));
  }
  std::vector<std::string>& words = telling.empty() ? all : telling;
  if (words.size() > kQueryWordsMax) words.resize(kQueryWordsMax);
  return std::move(words);
}

std::vector<std::string> occurrence_arguments(const std::vector<std::string>& words) {
  std::vector<std::string> arguments{
      "rg", "--hidden", "--no-config", "--no-require-git", "--no-messages", "--only-matching",
      "--no-line-number", "--with-filename", "--no-heading", "--color=never", "--null",
      "--ignore-case", "--fixed-strings",
      // More than so many lines of a word change nothing: see kSaturation.
      "--max-count=40", "--max-filesize=1M", "--glob=!.git"};
  for (const std::string& word : words) arguments.push_back("--regexp=" + word);
  arguments.emplace_back("./");
  return arguments;
}

void LexicalRanking::feed(std::string_view chunk) {
  bytes_ += chunk.size();
  while (!chunk.empty() && !full()) {
    const std::size_t end = chunk.find('\n');
    if (unfinished_.size() < kLineBytesMax) unfinished_ += chunk.substr(0, end);
    if (end == std::string_view::npos) return;
    take_line(unfinished_);
    unfinished_.clear();
    chunk.remove_prefix(end + 1);
  }
}

void LexicalRanking::take_line(std::string_view line) {
  const std::size_t middle = line.find('\0');
  if (middle == std::string_view::npos) return;
  std::string_view path = line.substr(0, middle);
  if (path.starts_with("./")) path.remove_prefix(2);
  const auto word = std::ranges::find(words_, lower(line.substr(middle + 1)));
  if (word == words_.end()) return;  // letters whose lower case is another's
  std::vector<int>& counts = counts_[std::string(path)];
  counts.resize(words_.size());
  ++counts[static_cast<std::size_t>(word - words_.begin())];
}

double LexicalRanking::rarity(std::size_t word) const {
  const auto all = static_cast<double>(files_);
  const auto with = static_cast<double>(files_with_[word]);
  return std::log(1 + (all - with + 0.5) / (with + 0.5));
}

std::vector<LexicalRanking::File> LexicalRanking::rank(
    const std::map<std::string, std::uint64_t>& sizes, std::size_t limit) {
  double bytes = 1;
  for (const auto& [path, size] : sizes) {
    bytes += static_cast<double>(size);
    const std::string name = lower(path);
    for (std::size_t word = 0; word < words_.size(); ++word) {
      const int in_path = occurrences(name, words_[word]);
      if (in_path == 0) continue;
      std::vector<int>& counts = counts_[path];
      counts.resize(words_.size());
      counts[word] += in_path;
    }
  }
  std::erase_if(counts_, [&sizes](const auto& each) { return !sizes.contains(each.first); });
  files_ = sizes.size();
  files_with_.assign(words_.size(), 0);
  for (const auto& [path, counts] : counts_) {
    for (std::size_t word = 0; word < words_.size(); ++word) {
      if (counts[word] > 0) ++files_with_[word];
    }
  }
  const double average = bytes / static_cast<double>(std::max<std::size_t>(1, files_));
  std::vector<File> files;
  for (const auto& [path, counts] : counts_) {
    const double length = static_cast<double>(sizes.at(path)) / average;
    const double damping = kSaturation * (1 - kLengthShare + kLengthShare * length);
    double score = 0;
    for (std::size_t word = 0; word < words_.size(); ++word) {
      score += rarity(word) * counts[word] * (kSaturation + 1) / (counts[word] + damping);
    }
    files.push_back({path, score});
  }
  std::ranges::sort(files, {}, [](const File& each) { return std::pair(-each.score, each.path); });
  if (files.size() > limit) files.resize(limit);
  return files;
}

const Chunk* LexicalRanking::best(const std::vector<Chunk>& chunks) const {
  const Chunk* found = nullptr;
  double most = -1;
  for (const Chunk& chunk : chunks) {
    const std::string text = lower(chunk.text);
    double score = 0;
    for (std::size_t word = 0; word < words_.size(); ++word) {
      const int count = occurrences(text, words_[word]);
      score += rarity(word) * count / (count + kSaturation);
    }
    if (score <= most) continue;
    most = score;
    found = &chunk;
  }
  return found;
}

}  // namespace coditect::workspace
