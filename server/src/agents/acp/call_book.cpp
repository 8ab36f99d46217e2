#include "agents/acp/call_book.h"

#include <algorithm>
#include <utility>

#include "agents/acp/acp_limits.h"
#include "agents/acp/permission.h"

namespace coditect::agents::acp {

namespace {

using Clock = std::chrono::steady_clock;

/// The whole project: what a call locks that changes files and does not say which.
constexpr std::string_view kEverything = "**";

std::vector<std::string> paths_to_lock(const LiveCall& call) {
  if (!call.changes()) return {};
  if (!call.paths.empty()) return call.paths;
  return call.outside ? std::vector<std::string>() : std::vector{std::string(kEverything)};
}

Error over() { return {Errc::kCancelled, "the call has ended", {}}; }

}  // namespace

Result<LiveCall> CallBook::find(const std::string& id) const {
  const auto call = calls_.find(id);
  if (call == calls_.end()) return over();
  return call->second;
}

Result<LiveCall*> CallBook::call_of(const json::object& update) {
  TRY(const std::string id, need_string(update, "toolCallId"));
  const auto known = calls_.find(id);
  if (known != calls_.end()) return &known->second;
  if (++told_ > static_cast<int>(limits::kAcpCallsMax)) {
    return Error{Errc::kLimit,
                 "it called its tools " + std::to_string(limits::kAcpCallsMax) + " times",
                 "split the task"};
  }
  LiveCall call;
  call.id = id;
  call.log_id = "c_" + parts_.id_prefix + std::to_string(told_);
  call.begun_at = Clock::now();
  return &calls_.emplace(id, std::move(call)).first->second;
}

awaitable<Result<void>> CallBook::take(json::object update) {
  auto found = call_of(update);
  if (!found) {
    // A program that names no call is told nothing: it does not hear of its notifications.
    if (found.error().code == Errc::kInvalid) co_return Result<void>{};
    co_return std::move(found).error();
  }
  LiveCall& call = **found;
  const std::string id = call.id;
  merge(call, update);
  // Some tell of a call before they know what it is about.
  const json::object* input = call.input.if_object();
  const bool told = !call.paths.empty() || (input != nullptr && !input->empty());
  if (told) CO_TRY_VOID(co_await begin(id));
  const auto now = calls_.find(id);
  if (now != calls_.end() && now->second.ended()) CO_TRY_VOID(co_await finish(id));
  co_return Result<void>{};
}

awaitable<Result<void>> CallBook::begin(std::string id) {
  const auto found = calls_.find(id);
  if (found == calls_.end() || found->second.started) co_return Result<void>{};
  LiveCall& call = found->second;
  call.started = true;
  json::object data{{"id", call.log_id},
                    {"agent", parts_.caller.agent},
                    {"tool", tool_name(call)},
                    {"phase", "started"},
                    {"input", shown_input(call)}};
  CO_TRY_VOID(co_await parts_.host.record(parts_.caller, "tool_call", std::move(data)));
  co_return Result<void>{};
}

awaitable<Result<void>> CallBook::finish(std::string id) {
  CO_TRY_VOID(co_await begin(id));
  const auto found = calls_.find(id);
  if (found == calls_.end()) co_return Result<void>{};
  LiveCall call = found->second;
  // What it wrote itself is the agent's, and is known before anybody else may change it.
  if (call.granted) CO_TRY_VOID(co_await parts_.workspace.compare(parts_.caller, call.paths));
  CO_TRY_VOID(co_await release(id));
  const auto elapsed =
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - call.begun_at);
  json::object data{{"id", call.log_id},
                    {"agent", parts_.caller.agent},
                    {"tool", tool_name(call)},
                    {"phase", "finished"},
                    {"ok", call.status == "completed"},
                    {"output", call.refused.empty() ? call.output : call.refused},
                    {"elapsed_ms", elapsed.count()}};
  calls_.erase(id);
  CO_TRY_VOID(co_await parts_.host.record(parts_.caller, "tool_call", std::move(data)));
  co_return Result<void>{};
}

awaitable<Result<json::value>> CallBook::permit(json::object params) {
  const json::array* options = find_array(params, "options");
  const json::object* asked = find_object(params, "toolCall");
  if (options == nullptr || asked == nullptr) co_return invalid("toolCall or options are missing");
  CO_TRY(LiveCall * call, call_of(*asked));
  const std::string id = call->id;
  merge(*call, *asked);
  const auto allowed_by = option_of(*options, "allow_once");
  const std::stop_token stop = parts_.stop.token();
  CO_TRY_VOID(co_await begin(id));
  Result<void> allowed = co_await allow(id, stop);
  if (allowed && !allowed_by) {
    allowed = Error{Errc::kDenied, "the program offers no way to allow it once only", {}};
  }
  const auto found = calls_.find(id);
  if (stop.stop_requested() || found == calls_.end()) {
    CO_TRY_VOID(co_await release(id));
    co_return cancelled_outcome();
  }
  if (allowed) {
    found->second.granted = true;
    co_return selected_outcome(*allowed_by);
  }
  found->second.refused = allowed.error().message;
  CO_TRY_VOID(co_await release(id));
  const auto rejected_by = option_of(*options, "reject_once");
  co_return rejected_by ? selected_outcome(*rejected_by) : cancelled_outcome();
}

awaitable<Result<void>> CallBook::allow(std::string id, std::stop_token stop) {
  // What the call is may change while somebody is asked: what is judged is what it was.
  CO_TRY(const LiveCall call, find(id));
  CO_TRY_VOID(
      co_await parts_.host.approve(parts_.caller, intent_of(call), shown_input(call), stop));
  CO_TRY_VOID(co_await lock_files(id, stop));
  co_return co_await check_unchanged(id);
}

awaitable<Result<void>> CallBook::lock_files(std::string id, std::stop_token stop) {
  CO_TRY(const LiveCall asked, find(id));
  std::vector<std::string> paths = paths_to_lock(asked);
  // In one order for all, so that two calls do not wait for one another.
  std::ranges::sort(paths);
  for (const std::string& path : paths) {
    CO_TRY_VOID(co_await parts_.host.lock(parts_.caller, path, stop));
    ++locked_[path];
    const auto call = calls_.find(id);
    if (call == calls_.end()) {
      // It has ended while it waited.
      if (--locked_[path] == 0) CO_TRY_VOID(co_await parts_.host.unlock(parts_.caller, path));
      co_return over();
    }
    call->second.held.push_back(path);
  }
  co_return Result<void>{};
}

awaitable<Result<void>> CallBook::check_unchanged(std::string id) {
  CO_TRY(const LiveCall call, find(id));
  for (const LiveCall::Diff& diff : call.diffs) {
    const bool known = diff.before && !diff.before->empty();
    const auto path = known ? normal_path(diff.path) : std::nullopt;
    if (!path) continue;
    const auto now = co_await parts_.host.read(parts_.caller, *path);
    if (now && now->text.find(*diff.before) != std::string::npos) continue;
    co_return Error{Errc::kConflict,
                    *path + " is not as the agent saw it: somebody else changed it meanwhile",
                    "read it again"};
  }
  co_return Result<void>{};
}

awaitable<Result<void>> CallBook::release(std::string id) {
  const auto found = calls_.find(id);
  if (found == calls_.end()) co_return Result<void>{};
  for (const std::string& path : std::exchange(found->second.held, {})) {
    if (--locked_[path] > 0) continue;
    locked_.erase(path);
    // It may have been taken away; the log says so then.
    const auto given_back = co_await parts_.host.unlock(parts_.caller, path);
    if (!given_back && given_back.error().code == Errc::kInternal) co_return given_back.error();
  }
  co_return Result<void>{};
}

bool CallBook::granted(const std::string& path) const {
  return std::ranges::any_of(calls_, [&path](const auto& each) {
    const LiveCall& call = each.second;
    return call.granted && call.changes() &&
           std::ranges::find(call.paths, path) != call.paths.end();
  });
}

bool CallBook::granted_command(std::string_view command) const {
  return std::ranges::any_of(calls_, [command](const auto& each) {
    return each.second.granted && command_of(each.second) == command;
  });
}

awaitable<Result<void>> CallBook::end_all(std::string_view why) {
  while (!calls_.empty()) {
    LiveCall& call = calls_.begin()->second;
    const std::string id = call.id;
    call.status = "failed";
    if (call.refused.empty()) call.refused = std::string(why);
    CO_TRY_VOID(co_await finish(id));
  }
  co_return Result<void>{};
}

}  // namespace coditect::agents::acp
