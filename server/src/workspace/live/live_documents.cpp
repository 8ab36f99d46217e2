#include "workspace/live/live_documents.h"

#include "coordination/locks/path.h"
#include "workspace/live/change_set.h"
#include "workspace/live/live_limits.h"
#include "workspace/live/utf16.h"

namespace coditect::workspace {

namespace {

json::array rows_of(const std::vector<const LiveDocument::Update*>& updates) {
  json::array rows;
  for (const LiveDocument::Update* update : updates) {
    rows.push_back({{"client", update->client}, {"by", update->by}, {"changes", update->changes}});
  }
  return rows;
}

/// What a client has to know of the file below the text, where it does not know it yet.
void add_file(json::object& answer, const LiveDocument& document, Sequence known) {
  const LiveDocument::File& file = document.file();
  if (file.version == known) return;
  answer["file"] = {{"version", file.version},
                    {"text", file.text},
                    {"by", file.by},
                    {"clashes", document.clashes()}};
}

Error session_over() {
  return not_found("this session of the document is over",
                   "call documents.open, or documents.restore with a text that is not saved");
}

}  // namespace

awaitable<Result<LiveDocument::File>> LiveDocuments::read(std::string path) {
  CO_TRY(FileText file, co_await parts_.files.read(path));
  if (file.version == 0) {
    co_return Error{Errc::kDenied, "'" + path + "' is not followed by the log",
                    "what ignore rules leave out is edited by one at a time"};
  }
  LiveDocument::File read{std::move(file.text), file.version, {}};
  CO_TRY(const auto lines, co_await parts_.log.read(file.version, 1));
  if (!lines.empty() && lines.front().seq == read.version) {
    CO_TRY(const Event event, parse_event(*lines.front().text));
    read.by = event.actor;
  }
  co_return read;
}

awaitable<Result<LiveDocuments::Shared>> LiveDocuments::make(std::string path) {
  CO_TRY(LiveDocument::File file, co_await read(path));
  // Somebody else may have been quicker.
  if (const auto found = documents_.find(path); found != documents_.end()) co_return found->second;
  if (documents_.size() >= limits::kLiveDocumentsMax) {
    co_return Error{Errc::kLimit, "too many documents are open in this workspace",
                    "close some of them; a file can be edited without the others meanwhile"};
  }
  CO_TRY(LiveDocument document, LiveDocument::create(parts_.random.id("d_"), std::move(file)));
  auto entry = std::make_shared<Entry>(Entry{std::move(document), {}, parts_.clock.steady()});
  documents_.emplace(path, entry);
  co_return entry;
}

Result<LiveDocuments::Shared> LiveDocuments::find(const std::string& path,
                                                  const std::string& session) const {
  const auto found = documents_.find(path);
  if (found == documents_.end() || found->second->document.session() != session) {
    return session_over();
  }
  return found->second;
}

awaitable<Result<void>> LiveDocuments::catch_up(std::string path, Shared entry) {
  const FileInfo* info = parts_.files.index().find(path);
  if (info != nullptr && info->version == entry->document.file().version) co_return Result<void>{};
  auto file = co_await read(path);
  const std::string session = entry->document.session();
  CO_TRY_VOID(find(path, session));
  Error why;
  if (file) {
    const auto from = entry->document.version();
    auto taken = entry->document.take(*std::move(file));
    if (taken) {
      if (*taken == LiveDocument::Taken::kUpdated) show(path, entry->document, from);
      co_return Result<void>{};
    }
    why = std::move(taken).error();
  } else {
    why = std::move(file).error();
  }
  documents_.erase(path);
  co_return why;
}

Result<void> LiveDocuments::enter(Entry& entry, const Client& client) {
  if (client.name.empty() || client.name.size() > limits::kLiveClientBytesMax) {
    return invalid("'client' is 1 to 64 bytes");
  }
  const auto known = entry.editors.find(client.name);
  if (known != entry.editors.end() && known->second.actor != client.actor) {
    return Error{Errc::kDenied, "another person's client has this name", "choose it at random"};
  }
  entry.editors[client.name] = {client.actor, client.connection, parts_.clock.steady()};
  return {};
}

Result<void> LiveDocuments::check_lock(const std::string& path, const std::string& actor) const {
  return parts_.locks.check_write(path, actor, std::nullopt, parts_.clock.now());
}

Result<void> LiveDocuments::bring_back(const std::string& path, Entry& entry, const Client& client,
                                       const Unsaved& unsaved) {
  LiveDocument& document = entry.document;
  if (!document.is_clean() || document.file().version != unsaved.base_version) return {};
  TRY(const std::u16string text, to_utf16(unsaved.text));
  if (text == document.text()) return {};
  TRY_VOID(check_lock(path, client.actor));
  const auto from = document.version();
  // Nobody's own update: whoever brings it back joins after it.
  TRY_VOID(document.push(from, "", client.actor, {change_set_between(document.text(), text)}));
  show(path, document, from);
  return {};
}

awaitable<Result<json::value>> LiveDocuments::open(Client client, std::string path,
                                                   Sequence file_version,
                                                   std::optional<Unsaved> unsaved) {
  CO_TRY(path, locks::canonical_path(path));
  sweep();
  auto found = documents_.find(path);
  // What the last ones left without saving is theirs to bring back, and nobody else's.
  if (found != documents_.end() && found->second->editors.empty() && !unsaved) {
    documents_.erase(found);
    found = documents_.end();
  }
  Shared entry;
  if (found == documents_.end()) {
    CO_TRY(entry, co_await make(path));
  } else {
    entry = found->second;
  }
  CO_TRY_VOID(co_await catch_up(path, entry));
  if (unsaved) CO_TRY_VOID(bring_back(path, *entry, client, *unsaved));
  CO_TRY_VOID(enter(*entry, client));
  const LiveDocument& document = entry->document;
  json::object answer{{"session", document.session()},
                      {"version", document.version()},
                      {"text", to_utf8(document.text())}};
  if (const auto saved = document.file_at()) answer["saved"] = *saved;
  add_file(answer, document, file_version);
  co_return answer;
}

awaitable<Result<json::value>> LiveDocuments::push(Client client, std::string path, Held held,
                                                   std::vector<json::array> changes) {
  CO_TRY(path, locks::canonical_path(path));
  CO_TRY(Shared entry, find(path, held.session));
  CO_TRY_VOID(co_await catch_up(path, entry));
  CO_TRY_VOID(enter(*entry, client));
  CO_TRY_VOID(check_lock(path, client.actor));
  CO_TRY_VOID(entry->document.push(held.version, client.name, client.actor, changes));
  show(path, entry->document, held.version);
  co_return json::object{{"session", held.session}, {"version", entry->document.version()}};
}

awaitable<Result<json::value>> LiveDocuments::pull(Client client, std::string path, Held held) {
  CO_TRY(path, locks::canonical_path(path));
  CO_TRY(Shared entry, find(path, held.session));
  CO_TRY_VOID(co_await catch_up(path, entry));
  CO_TRY_VOID(enter(*entry, client));
  const LiveDocument& document = entry->document;
  CO_TRY(const auto updates, document.since(held.version));
  json::object answer{
      {"session", held.session}, {"version", document.version()}, {"updates", rows_of(updates)}};
  add_file(answer, document, held.file_version);
  co_return answer;
}

void LiveDocuments::close(const Client& client, const std::string& path) {
  const auto canonical = locks::canonical_path(path);
  if (!canonical) return;
  const auto found = documents_.find(*canonical);
  if (found == documents_.end()) return;
  auto& editors = found->second->editors;
  const auto editor = editors.find(client.name);
  if (editor == editors.end() || editor->second.actor != client.actor) return;
  editors.erase(editor);
  if (editors.empty()) documents_.erase(found);
}

void LiveDocuments::leave(std::uint64_t connection) {
  for (const auto& [path, entry] : documents_) {
    const auto gone = std::erase_if(entry->editors, [connection](const auto& each) {
      return each.second.connection == connection;
    });
    if (gone > 0 && entry->editors.empty()) entry->left_at = parts_.clock.steady();
  }
}

/// Lets go of those who have not been heard of, and of what nobody came back to.
void LiveDocuments::sweep() {
  const SteadyTime now = parts_.clock.steady();
  std::erase_if(documents_, [now](const auto& each) {
    Entry& entry = *each.second;
    const auto gone = std::erase_if(entry.editors, [now](const auto& editor) {
      return editor.second.connection == 0 && now - editor.second.seen > limits::kLiveSilenceMax;
    });
    if (gone > 0 && entry.editors.empty()) entry.left_at = now;
    return entry.editors.empty() && now - entry.left_at > limits::kLiveOrphanKept;
  });
}

/// Tells everybody who is attached; a client that misses it sees the gap and pulls.
void LiveDocuments::show(const std::string& path, const LiveDocument& document,
                         LiveDocument::Version from) {
  json::object hint{
      {"path", path}, {"session", document.session()}, {"version", document.version()}};
  const auto updates = document.since(from);
  std::size_t bytes = 0;
  if (updates) {
    for (const LiveDocument::Update* update : *updates) bytes += update->bytes;
  }
  if (updates && bytes <= limits::kLiveHintBytesMax) {
    hint["from"] = from;
    hint["updates"] = rows_of(*updates);
  }
  parts_.previews.publish("document", std::move(hint));
}

}  // namespace coditect::workspace
