#include "api/rpc/method_table.h"
#include "api/rpc/params.h"
#include "workspace/live/live_documents.h"
#include "workspace/live/live_limits.h"

namespace coditect::api {

namespace {

using workspace::LiveDocuments;

LiveDocuments::Client client_of(const MethodCall& call) {
  return {text_param(call.params, "client"), call.actor.name, call.caller.connection};
}

Result<LiveDocuments::Held> held_of(const json::object& params) {
  TRY(const auto version, sequence_param(params, "version"));
  TRY(const auto file_version, sequence_param(params, "file_version"));
  return LiveDocuments::Held{text_param(params, "session"), version.value_or(0),
                             file_version.value_or(0)};
}

awaitable<Result<json::value>> open(MethodCall call) {
  CO_TRY(const auto file_version, sequence_param(call.params, "file_version"));
  co_return co_await call.workspace.documents().open(
      client_of(call), text_param(call.params, "path"), file_version.value_or(0), std::nullopt);
}

awaitable<Result<json::value>> restore(MethodCall call) {
  CO_TRY(const auto base, sequence_param(call.params, "base_version"));
  std::optional<LiveDocuments::Unsaved> unsaved =
      LiveDocuments::Unsaved{text_param(call.params, "text"), base.value_or(0)};
  co_return co_await call.workspace.documents().open(
      client_of(call), text_param(call.params, "path"), base.value_or(0), std::move(unsaved));
}

awaitable<Result<json::value>> push(MethodCall call) {
  CO_TRY(LiveDocuments::Held held, held_of(call.params));
  const json::array& rows = call.params.at("changes").as_array();
  if (rows.empty() || rows.size() > limits::kLivePushMax) {
    co_return Error{Errc::kLimit, "'changes' is 1 to 200 change sets", {}};
  }
  std::vector<json::array> changes;
  for (const json::value& row : rows) {
    if (!row.is_array()) co_return invalid("'changes' holds change sets as ChangeSet.toJSON()");
    changes.push_back(row.as_array());
  }
  co_return co_await call.workspace.documents().push(
      client_of(call), text_param(call.params, "path"), std::move(held), std::move(changes));
}

awaitable<Result<json::value>> pull(MethodCall call) {
  CO_TRY(LiveDocuments::Held held, held_of(call.params));
  co_return co_await call.workspace.documents().pull(
      client_of(call), text_param(call.params, "path"), std::move(held));
}

awaitable<Result<json::value>> close(MethodCall call) {
  call.workspace.documents().close(client_of(call), text_param(call.params, "path"));
  co_return json::object{{"closed", true}};
}

constexpr std::string_view kPathWords = "the file that is edited";
constexpr std::string_view kClientWords = "the editor's own name, random, up to 64 bytes";
constexpr std::string_view kSessionWords = "of the answer of documents.open";
constexpr std::string_view kVersionWords = "the version of the document that you have";
constexpr std::string_view kFileWords = "the version of the file that you have";

}  // namespace

std::vector<Method> document_methods() {
  return {
      {"documents.open",
       "Takes part in editing a file together with others. What they change follows in `document` "
       "notifications {path, session, version, from?, updates?}.",
       {{"path", "string", kRequired, kPathWords},
        {"client", "string", kRequired, kClientWords},
        {"file_version", "integer", kOptional, kFileWords}},
       "{session, version, text, saved?, file?: {version, text, by, clashes}}",
       open},
      {"documents.restore",
       "documents.open, with a text that was shared and not saved when a session ended: it is put "
       "in where the document still is the file of base_version.",
       {{"path", "string", kRequired, kPathWords},
        {"client", "string", kRequired, kClientWords},
        {"text", "string", kRequired, "the text, with \\n as line break"},
        {"base_version", "integer", kRequired, "the file's version that it is based on"}},
       "{session, version, text, saved?, file?: {version, text, by, clashes}}",
       restore},
      {"documents.push",
       "Adds changes to a document. Refused as conflict unless they are based on its present "
       "version: pull, rebase, push again.",
       {{"path", "string", kRequired, kPathWords},
        {"session", "string", kRequired, kSessionWords},
        {"version", "integer", kRequired, kVersionWords},
        {"client", "string", kRequired, kClientWords},
        {"changes", "array", kRequired, "1 to 200 change sets of CodeMirror, in order"}},
       "{session, version}",
       push},
      {"documents.pull",
       "What was changed since a version, in order.",
       {{"path", "string", kRequired, kPathWords},
        {"session", "string", kRequired, kSessionWords},
        {"version", "integer", kRequired, kVersionWords},
        {"client", "string", kRequired, kClientWords},
        {"file_version", "integer", kOptional, kFileWords}},
       "{session, version, updates: [{client, by, changes}], file?: {version, text, by, clashes}}",
       pull},
      {"documents.close",
       "Takes part no longer. With the last one what was not saved is gone.",
       {{"path", "string", kRequired, kPathWords}, {"client", "string", kRequired, kClientWords}},
       "{closed}",
       close},
  };
}

}  // namespace coditect::api
