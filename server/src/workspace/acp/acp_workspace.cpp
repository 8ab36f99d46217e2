#include "workspace/acp/acp_workspace.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/posix_file.h"

namespace coditect::workspace {

namespace {

using agents::acp::Recalled;

constexpr std::size_t kLinesAtOnce = 1'000;
constexpr std::size_t kCallsRecalled = 20;
constexpr std::size_t kPathsRecalled = 100;

void take_call(Recalled& recalled, const json::object& data) {
  if (find_string(data, "phase") != "started") return;
  std::string line = find_string(data, "tool").value_or("");
  if (const json::object* input = find_object(data, "input")) {
    const auto title = find_string(*input, "title");
    const auto path = find_string(*input, "path");
    if (title || path) line += ": " + (title ? *title : *path);
  }
  recalled.did.push_back(std::move(line));
  if (recalled.did.size() > kCallsRecalled) recalled.did.erase(recalled.did.begin());
}

void take(Recalled& recalled, const Event& event) {
  if (event.type == "agent_session") {
    recalled.session = find_string(event.data, "session").value_or("");
  } else if (event.type == "agent_message") {
    const bool own = event.actor.starts_with("agent:");
    if (own) recalled.said = find_string(event.data, "text").value_or("");
  } else if (event.type == "tool_call") {
    take_call(recalled, event.data);
  } else if (event.type == "file_edit") {
    const std::string path = find_string(event.data, "path").value_or("");
    const bool known = std::ranges::find(recalled.changed, path) != recalled.changed.end();
    if (!known && recalled.changed.size() < kPathsRecalled) recalled.changed.push_back(path);
  }
}

}  // namespace

Result<tools::CommandScope> AcpWorkspace::begin_run(const tools::Caller& caller) {
  if (parts_.worktrees.find(caller.task.str()) == nullptr) {
    return parts_.commands.begin(caller, CommandBook::Author::kAgent);
  }
  tools::CommandScope scope;
  scope.id = ++last_apart_;
  apart_.emplace(scope.id, caller);
  return scope;
}

tools::ProjectAccess AcpWorkspace::access(const std::string& agent) const {
  const bool reads = parts_.approvals.policy().mode_of(agent) == approvals::Mode::kReadOnly;
  return reads ? tools::ProjectAccess::kReadOnly : tools::ProjectAccess::kReadWrite;
}

awaitable<void> AcpWorkspace::end_run(std::uint64_t scope) {
  const auto apart = apart_.find(scope);
  if (apart == apart_.end()) {
    co_await parts_.commands.end(scope);
    co_return;
  }
  const tools::Caller caller = apart->second;
  apart_.erase(apart);
  Worktree* copy = parts_.worktrees.find(caller.task.str());
  if (copy == nullptr) co_return;
  const auto compared = co_await compare_copy(*copy, caller);
  if (!compared) {
    spdlog::error("the worktree of task {} could not be compared: {}", caller.task.str(),
                  compared.error().message);
  }
}

awaitable<Result<void>> AcpWorkspace::compare_copy(Worktree& copy, const tools::Caller& caller) {
  CO_TRY_VOID(co_await copy.compare({caller.actor(), {}, caller.task.str()}));
  co_return Result<void>{};
}

awaitable<Result<void>> AcpWorkspace::compare(tools::Caller caller,
                                              std::vector<std::string> paths) {
  if (Worktree* copy = parts_.worktrees.find(caller.task.str())) {
    co_return co_await compare_copy(*copy, caller);
  }
  const Actor actor{caller.actor(), {}, caller.task.str()};
  for (const std::string& path : paths) {
    CO_TRY_VOID(co_await parts_.files.reconcile(path, actor));
  }
  co_return co_await parts_.log.durable(parts_.log.head());
}

awaitable<Result<Recalled>> AcpWorkspace::recall(tools::Caller caller) {
  Recalled recalled;
  const queue::Task* task = parts_.board.find(caller.task);
  if (task == nullptr) co_return recalled;
  const Sequence head = parts_.log.head();
  CO_TRY_VOID(co_await parts_.log.durable(head));
  for (Sequence next = task->queued_seq; next <= head;) {
    CO_TRY(const std::vector<LogLine> lines, co_await parts_.log.read(next, kLinesAtOnce));
    if (lines.empty()) break;
    for (const LogLine& line : lines) {
      // Most lines of a long log are of other tasks.
      if (line.text->find(caller.task.str()) == std::string::npos) continue;
      CO_TRY(const Event event, parse_event(*line.text));
      if (event.task == caller.task.str()) take(recalled, event);
    }
    next = lines.back().seq + 1;
  }
  co_return recalled;
}

awaitable<Result<std::filesystem::path>> AcpWorkspace::home(std::string agent) {
  const std::filesystem::path folder = parts_.homes / agent;
  auto make = [&folder] { return make_directories(folder); };
  CO_TRY_VOID(co_await parts_.disk.run(std::move(make)));
  co_return folder;
}

}  // namespace coditect::workspace
