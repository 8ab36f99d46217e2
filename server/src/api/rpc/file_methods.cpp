#include "api/rpc/method_table.h"
#include "api/rpc/params.h"
#include "base/base64.h"
#include "base/limits.h"
#include "coordination/locks/path.h"

namespace coditect::api {

namespace {

using workspace::FileStat;
using workspace::Written;

constexpr std::int64_t kDepthMax = 100;
constexpr std::size_t kEntriesMax = 50'000;

json::object written_json(const Written& written) {
  return {{"version", written.version}, {"seq", written.seq}};
}

awaitable<Result<json::value>> tree(MethodCall call) {
  CO_TRY(std::string path, locks::canonical_folder(text_param(call.params, "path")));
  CO_TRY(std::int64_t depth, integer_param(call.params, "depth", kDepthMax, 1, kDepthMax));
  auto& files = call.workspace.files();
  auto list = [folder = files.folder(), path, depth] {
    return folder.list(path, static_cast<int>(depth), kEntriesMax + 1);
  };
  CO_TRY(auto listed, co_await call.workspace.services().disk.run(std::move(list)));
  json::array entries;
  const bool truncated = listed.size() > kEntriesMax;
  if (truncated) listed.resize(kEntriesMax);
  for (const workspace::FolderEntry& entry : listed) {
    const auto kind = entry.stat.kind;
    if (kind == FileStat::Kind::kOther) continue;
    json::object row{{"path", entry.path}};
    row["kind"] = kind == FileStat::Kind::kFolder    ? "folder"
                  : kind == FileStat::Kind::kSymlink ? "link"
                                                     : "file";
    if (kind == FileStat::Kind::kFile) row["size"] = entry.stat.size;
    if (const auto* known = files.index().find(entry.path)) row["version"] = known->version;
    entries.push_back(std::move(row));
  }
  co_return json::object{{"entries", std::move(entries)}, {"truncated", truncated}};
}

awaitable<Result<json::value>> read(MethodCall call) {
  CO_TRY(auto file, co_await call.workspace.files().read(text_param(call.params, "path")));
  const std::size_t size = file.text.size();
  co_return json::object{{"text", std::move(file.text)}, {"version", file.version}, {"size", size}};
}

awaitable<Result<json::value>> bytes(MethodCall call) {
  CO_TRY(auto file, co_await call.workspace.files().read_bytes(text_param(call.params, "path")));
  co_return json::object{
      {"base64", to_base64(file.bytes)}, {"version", file.version}, {"size", file.bytes.size()}};
}

awaitable<Result<json::value>> write(MethodCall call) {
  CO_TRY(auto base, sequence_param(call.params, "base_version"));
  CO_TRY(auto token, sequence_param(call.params, "lock"));
  auto replace = [text = text_param(call.params, "text")](const workspace::CurrentFile&) {
    return Result<std::string>(text);
  };
  CO_TRY(Written written, co_await call.workspace.files().change(std::move(call.actor),
                                                                 text_param(call.params, "path"),
                                                                 base, token, std::move(replace)));
  co_return written_json(written);
}

awaitable<Result<json::value>> create(MethodCall call) {
  auto fill = [text = text_param(call.params, "text")](const workspace::CurrentFile&) {
    return Result<std::string>(text);
  };
  constexpr Sequence kMustNotExist = 0;
  CO_TRY(Written written, co_await call.workspace.files().change(
                              std::move(call.actor), text_param(call.params, "path"), kMustNotExist,
                              std::nullopt, std::move(fill)));
  co_return written_json(written);
}

awaitable<Result<json::value>> move(MethodCall call) {
  CO_TRY(auto base, sequence_param(call.params, "base_version"));
  CO_TRY(Written written, co_await call.workspace.files().move(
                              std::move(call.actor), text_param(call.params, "path"),
                              text_param(call.params, "to"), base));
  co_return written_json(written);
}

awaitable<Result<json::value>> remove(MethodCall call) {
  CO_TRY(auto base, sequence_param(call.params, "base_version"));
  CO_TRY(Written written, co_await call.workspace.files().remove(
                              std::move(call.actor), text_param(call.params, "path"), base));
  co_return written_json(written);
}

awaitable<Result<json::value>> history(MethodCall call) {
  CO_TRY(std::string path, locks::canonical_path(text_param(call.params, "path")));
  CO_TRY(std::int64_t limit,
         integer_param(call.params, "limit", 200, 1, static_cast<std::int64_t>(limits::kPageMax)));
  co_return co_await call.workspace.queries().file_history(path, static_cast<std::size_t>(limit));
}

constexpr std::string_view kPathWords = "a file's path, relative to the project";

}  // namespace

std::vector<Method> file_methods() {
  return {
      {"files.tree",
       "What is in the project or in one folder of it.",
       {{"path", "string", kOptional, "a folder's path; the project itself where it is absent"},
        {"depth", "integer", kOptional, "how many levels, 1 to 100"}},
       "{entries: [{path, kind, size?, version?}], truncated}",
       once_durable<tree>},
      {"files.read",
       "A file's text and its version.",
       {{"path", "string", kRequired, kPathWords}},
       "{text, version, size}",
       read},
      {"files.bytes",
       "A file's content, text or not.",
       {{"path", "string", kRequired, kPathWords}},
       "{base64, version, size}",
       bytes},
      {"files.write",
       "Replaces a file's text. Refused when it changed since base_version or is locked.",
       {{"path", "string", kRequired, kPathWords},
        {"text", "string", kRequired, "the whole new text"},
        {"base_version", "integer", kRequired, "the version the text is based on"},
        {"lock", "integer", kOptional, "the token of your write lock"}},
       "{version, seq}",
       write},
      {"files.create",
       "Makes a new file. Refused when it exists.",
       {{"path", "string", kRequired, kPathWords}, {"text", "string", kRequired, "its text"}},
       "{version, seq}",
       create},
      {"files.move",
       "Renames a file. Refused when the new name exists.",
       {{"path", "string", kRequired, kPathWords},
        {"to", "string", kRequired, "its new path"},
        {"base_version", "integer", kOptional, "refuse when it changed since"}},
       "{version, seq}",
       move},
      {"files.remove",
       "Deletes a file; its content stays in the log.",
       {{"path", "string", kRequired, kPathWords},
        {"base_version", "integer", kOptional, "refuse when it changed since"}},
       "{version, seq}",
       remove},
      {"files.history",
       "What happened to a file, newest first.",
       {{"path", "string", kRequired, kPathWords},
        {"limit", "integer", kOptional, "1 to 1000, 200 where it is absent"}},
       "{edits: [{seq, ts, actor, op, task, hash, size}]}",
       once_durable<history>},
  };
}

}  // namespace coditect::api
