#include "workspace/search/semantic_search.h"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "async/linked_stop.h"
#include "base/limits.h"
#include "base/sha256.h"
#include "storage/files/file_change.h"
#include "tools/sandbox/bounded_output.h"
#include "workspace/search/chunks.h"
#include "workspace/search/lexical_ranking.h"
#include "workspace/search/search_limits.h"

namespace coditect::workspace {

namespace {

constexpr std::string_view kNotConfigured =
    "no embeddings are configured ([embeddings] in coditect.toml), so this is what has the words "
    "of the query, ranked by how rare and how frequent they are";

/// Lines `from` to `to` of `text`.
std::string lines_of(std::string_view text, int from, int to) {
  std::string found;
  for (int line = 1; line <= to && !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    if (line >= from) found += text.substr(0, end + 1);
    text.remove_prefix(end + 1);
  }
  found.resize(tools::utf8_prefix(found, kChunkBytes));
  return found;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

SemanticSearch::SemanticSearch(Strand strand, Parts parts)
    : strand_(strand), parts_(std::move(parts)) {
  if (parts_.embedder == nullptr) return;
  embedder_ = std::make_unique<MeteredEmbedder>(MeteredEmbedder::Parts{
      parts_.log, parts_.ledger, *parts_.embedder, parts_.clock, parts_.random});
  index_ = std::make_unique<SemanticIndex>(
      strand, SemanticIndex::Parts{parts_.files, parts_.folder, parts_.tools, *embedder_,
                                   parts_.disk, parts_.database, parts_.directory});
}

void SemanticSearch::tree_changed() {
  if (index_) index_->tree_changed();
}

awaitable<void> SemanticSearch::close() {
  if (index_) co_await index_->close();
}

awaitable<Result<json::value>> SemanticSearch::semantic(std::string query, std::size_t limit,
                                                        std::stop_token stop) {
  if (is_blank(query)) co_return invalid("'query' is empty", "say in words what you look for");
  if (query.size() > limits::kQueryBytesMax) {
    co_return Error{Errc::kLimit, "'query' is too long",
                    "at most " + std::to_string(limits::kQueryBytesMax) + " bytes"};
  }
  json::object answer;
  std::string note(kNotConfigured);
  Result<std::vector<Match>> matches = std::vector<Match>();
  bool found = false;
  if (index_) {
    matches = index_->is_empty() ? Result<std::vector<Match>>(unavailable("nothing is indexed yet"))
                                 : co_await nearest(query, limit, stop);
    found = matches.ok();
    answer["index"] = index_->status();
    if (!found) note = "this is what has the words of the query: " + matches.error().message;
  }
  answer["mode"] = found ? "semantic" : "lexical";
  if (!found) {
    matches = co_await by_words(std::move(query), limit, std::move(stop), note);
    if (!matches) co_return matches.error();
    answer["note"] = note;
  }
  json::array rows;
  for (Match& match : *matches) {
    rows.push_back(json::object{{"path", std::move(match.path)},
                                {"from_line", match.from_line},
                                {"to_line", match.to_line},
                                {"text", tools::to_valid_utf8(match.text)},
                                {"score", match.score}});
  }
  answer["matches"] = std::move(rows);
  co_return json::value(std::move(answer));
}

awaitable<Result<std::vector<float>>> SemanticSearch::vector_of(std::string query,
                                                                std::stop_token stop) {
  LinkedStop enough(std::move(stop));
  asio::steady_timer timer(strand_);
  timer.expires_after(limits::kQueryEmbeddingMax);
  timer.async_wait([&enough](boost::system::error_code error) {
    if (!error) enough.request_stop();
  });
  std::vector<std::string> texts{std::move(query)};
  auto vectors = co_await embedder_->embed(std::move(texts), enough.token());
  timer.cancel();
  // The timer's handler may be on its way; it runs on this strand, so before what follows.
  co_await asio::post(strand_, asio::use_awaitable);
  if (!vectors) {
    co_return unavailable("the embeddings endpoint did not answer: " + vectors.error().message);
  }
  co_return std::move(vectors->front());
}

awaitable<Result<std::vector<SemanticSearch::Match>>> SemanticSearch::nearest(
    std::string query, std::size_t limit, std::stop_token stop) {
  CO_TRY(std::vector<float> vector, co_await vector_of(std::move(query), std::move(stop)));
  // Contents that have changed since they were indexed are found and left out.
  CO_TRY(const std::vector<vectors::Near> near,
         co_await index_->nearest(std::move(vector), 4 * limit + 20));
  std::map<std::string, std::string, std::less<>> paths;  // of the contents found
  for (const vectors::Near& each : near) paths.emplace(each.content, "");
  for (const auto& [path, info] : parts_.files.files()) {
    const auto content = paths.find(info.hash);
    if (content != paths.end() && content->second.empty()) content->second = path;
  }
  auto read = [near, paths = std::move(paths), folder = parts_.folder, limit] {
    std::vector<Match> matches;
    for (const vectors::Near& each : near) {
      const std::string& path = paths.at(each.content);
      if (matches.size() == limit) break;
      if (path.empty()) continue;
      const auto file = folder.read(path, limits::kSearchedFileBytesMax);
      if (!file || sha256_hex(file->bytes) != each.content) continue;
      matches.push_back({path, each.from_line, each.to_line,
                         lines_of(file->bytes, each.from_line, each.to_line),
                         static_cast<double>(each.score)});
    }
    return matches;
  };
  co_return co_await parts_.disk.run(std::move(read));
}

awaitable<Result<std::vector<SemanticSearch::Match>>> SemanticSearch::by_words(std::string query,
                                                                               std::size_t limit,
                                                                               std::stop_token stop,
                                                                               std::string& note) {
  std::vector<std::string> words = query_words(query);
  if (words.empty()) co_return invalid("'query' has no words", "say in words what you look for");
  LexicalRanking ranking(words);
  LinkedStop enough(stop);
  tools::CommandSpec spec;
  spec.argv = occurrence_arguments(words);
  spec.project_root = parts_.folder.root();
  spec.access = tools::ProjectAccess::kReadOnly;
  spec.limits.time = limits::kSearchTimeMax;
  spec.stop = enough.token();
  spec.on_output = [&ranking, &enough](std::string_view chunk) {
    ranking.feed(chunk);
    if (ranking.full()) enough.request_stop();
  };
  CO_TRY(const tools::CommandResult result, co_await parts_.tools.run(std::move(spec)));
  if (stop.stop_requested()) co_return Error{Errc::kCancelled, "the search was stopped", {}};
  const bool failed = result.end == tools::CommandEnd::kExited && result.exit_code > 2;
  if (failed) co_return unavailable("the search did not come to its end");
  if (ranking.full() || result.end == tools::CommandEnd::kTimedOut) {
    note += "; not all files were looked at, because there is too much of these words";
  }
  std::map<std::string, std::uint64_t> sizes;
  for (const auto& [path, info] : parts_.files.files()) {
    if (info.size <= limits::kSearchedFileBytesMax)
      sizes.emplace_hint(sizes.end(), path, info.size);
  }
  auto read = [&ranking, sizes = std::move(sizes), folder = parts_.folder, limit] {
    std::vector<Match> matches;
    for (const LexicalRanking::File& file : ranking.rank(sizes, limit)) {
      const auto content = folder.read(file.path, limits::kSearchedFileBytesMax);
      if (!content || !files::is_text(content->bytes)) continue;
      const std::vector<Chunk> chunks = chunks_of(content->bytes);
      const Chunk* best = ranking.best(chunks);
      if (best == nullptr) continue;
      matches.push_back({file.path, best->from_line, best->to_line, best->text, file.score});
    }
    return matches;
  };
  co_return co_await parts_.disk.run(std::move(read));
}

}  // namespace coditect::workspace
