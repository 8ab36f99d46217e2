#include "agents/acp/acp_client.h"

#include <algorithm>
#include <utility>

#include "agents/acp/live_call.h"
#include "agents/acp/permission.h"
#include "tools/file_change.h"
#include "tools/project_path.h"
#include "tools/sandbox/bounded_output.h"

namespace coditect::agents::acp {

namespace {

/// The lines from `line`, from 1, at most `count`.
std::string lines_of(const std::string& text, std::int64_t line, std::int64_t count) {
  std::size_t begin = 0;
  for (; line > 1 && begin < text.size(); --line) {
    const std::size_t end = text.find('\n', begin);
    begin = end == std::string::npos ? text.size() : end + 1;
  }
  std::size_t end = begin;
  for (; count > 0 && end < text.size(); --count) {
    const std::size_t next = text.find('\n', end);
    end = next == std::string::npos ? text.size() : next + 1;
  }
  return text.substr(begin, end - begin);
}

}  // namespace

AcpClient::AcpClient(const Strand& strand, Parts parts)
    : parts_(std::move(parts)),
      turn_(parts_.stop),
      narrator_(parts_.host, parts_.caller, parts_.id_prefix),
      calls_({parts_.host, parts_.workspace, parts_.caller, parts_.id_prefix, turn_}),
      terminals_(strand, {parts_.host, parts_.tools, calls_, parts_.caller, parts_.id_prefix,
                          parts_.stop}) {}

awaitable<Result<json::value>> AcpClient::on_request(std::string method, json::object params) {
  constexpr std::string_view kTerminal = "terminal/";
  narrator_.alive();
  if (method == "session/request_permission") {
    if (turn_.token().stop_requested()) co_return cancelled_outcome();
    CO_TRY_VOID(co_await narrator_.flush());
    co_return co_await calls_.permit(std::move(params));
  }
  if (parts_.stop.stop_requested()) co_return Error{Errc::kCancelled, "cancelled", {}};
  if (method == "fs/read_text_file") co_return co_await read_file(params);
  if (method == "fs/write_text_file") co_return co_await write_file(params);
  if (method.starts_with(kTerminal)) {
    const std::string what = method.substr(kTerminal.size());
    co_return co_await terminals_.request(what, std::move(params));
  }
  co_return not_found("this client has no method " + method);
}

awaitable<Result<void>> AcpClient::on_notification(std::string method, json::object params) {
  narrator_.alive();
  const json::object* update = find_object(params, "update");
  // What is not known is no error: the protocol grows.
  if (method != "session/update" || update == nullptr) co_return Result<void>{};
  co_return co_await take_update(*update);
}

awaitable<Result<void>> AcpClient::take_update(const json::object& update) {
  const std::string kind = find_string(update, "sessionUpdate").value_or("");
  if (kind == "usage_update") {
    use_.context_tokens = find_int(update, "used").value_or(use_.context_tokens);
    const json::object* cost = find_object(update, "cost");
    if (cost != nullptr && find_string(*cost, "currency") == "USD") {
      use_.session_usd = find_double(*cost, "amount");
    }
    co_return Result<void>{};
  }
  if (telling_ == Telling::kOld) co_return Result<void>{};
  if (kind == "agent_message_chunk") {
    const json::object* content = find_object(update, "content");
    if (content == nullptr) co_return Result<void>{};
    std::string message = find_string(update, "messageId").value_or("");
    co_return co_await narrator_.say(text_of(*content), std::move(message));
  }
  if (kind == "tool_call" || kind == "tool_call_update") {
    CO_TRY_VOID(co_await narrator_.flush());
    co_return co_await calls_.take(update);
  }
  const json::array* entries = kind == "plan" ? find_array(update, "entries") : nullptr;
  if (entries != nullptr) co_return co_await narrator_.plan(*entries);
  co_return Result<void>{};
}

awaitable<Result<json::value>> AcpClient::read_file(const json::object& params) {
  CO_TRY(const std::string asked, need_string(params, "path"));
  CO_TRY(const std::string path, tools::project_path(asked));
  approvals::Intent intent{"read_file", approvals::Effect::kReads, {path}, {}, {}};
  const json::object input{{"path", path}};
  CO_TRY_VOID(co_await parts_.host.approve(parts_.caller, std::move(intent), input, turn_.token()));
  auto file = co_await parts_.host.read(parts_.caller, path);
  // Programs take any error for one that they cannot write over.
  if (!file && file.error().code == Errc::kNotFound) co_return json::object{{"content", ""}};
  if (!file) co_return std::move(file).error();
  if (tools::to_valid_utf8(file->text) != file->text) co_return invalid(path + " is not text");
  const auto line = find_int(params, "line");
  const auto limit = find_int(params, "limit");
  if (!line && !limit) co_return json::object{{"content", file->text}};
  co_return json::object{
      {"content", lines_of(file->text, line.value_or(1), limit.value_or(INT64_MAX))}};
}

awaitable<Result<json::value>> AcpClient::write_file(const json::object& params) {
  CO_TRY(const std::string asked, need_string(params, "path"));
  CO_TRY(const std::string text, need_string(params, "content"));
  CO_TRY(const std::string path, tools::changeable_path(asked));
  if (!calls_.granted(path)) {
    approvals::Intent intent{"write_file", approvals::Effect::kEdits, {path}, {}, {}};
    const json::object input{{"path", path}, {"text", text}};
    CO_TRY_VOID(
        co_await parts_.host.approve(parts_.caller, std::move(intent), input, turn_.token()));
  }
  auto edit = [&path, &text](const tools::CurrentFile& file) -> Result<std::string> {
    if (file.text == text) return text;
    TRY(tools::DecidedChange decided, tools::decide_write(path, file, text));
    return std::move(decided.text);
  };
  CO_TRY_VOID(co_await parts_.host.change(parts_.caller, path, std::move(edit), turn_.token()));
  co_return json::object();
}

awaitable<Result<std::string>> AcpClient::end_turn() {
  CO_TRY_VOID(co_await narrator_.flush());
  CO_TRY_VOID(co_await calls_.end_all("the agent ended its turn without saying how this ended"));
  co_return narrator_.last();
}

awaitable<Result<void>> AcpClient::close(std::string why) {
  co_await terminals_.close();
  CO_TRY_VOID(co_await narrator_.flush());
  co_return co_await calls_.end_all(why);
}

}  // namespace coditect::agents::acp
