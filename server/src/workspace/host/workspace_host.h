#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agents/agent_host.h"
#include "async/blocking_pool.h"
#include "async/strand.h"
#include "base/clock.h"
#include "base/random.h"
#include "workspace/approvals/approval_service.h"
#include "workspace/budget/budget_service.h"
#include "workspace/context/shared_context.h"
#include "workspace/coordination/lock_service.h"
#include "workspace/files/file_service.h"
#include "workspace/host/command_book.h"
#include "workspace/host/kept_outputs.h"
#include "workspace/images/image_store.h"
#include "workspace/instructions/instruction_limits.h"
#include "workspace/log/event_log.h"
#include "workspace/preview_hub.h"
#include "workspace/queries.h"
#include "workspace/search/semantic_search.h"
#include "workspace/secrets/secret_store.h"
#include "workspace/state/workspace_state.h"
#include "workspace/tasks/task_service.h"
#include "workspace/worktrees/worktree_service.h"

namespace coditect::workspace {

/// The workspace as its agents' tools and loops see it.
///
/// Threads:    the workspace's strand, on which the loops run.
/// Lifetime:   its parts outlive it; it outlives the loops.
/// Invariants: what an agent has seen of a file is kept for the task it works on, no longer; what a
///             participant has seen, a caller without a task, for as long as the workspace is awake
///             and few others come.
class WorkspaceHost final : public agents::AgentHost {
 public:
  struct Parts {
    EventLog& log;
    const WorkspaceState& state;
    FileService& files;
    LockService& locks;
    TaskService& tasks;
    BudgetService& budgets;
    ApprovalService& approvals;
    CommandBook& commands;
    PreviewHub& previews;
    Queries& queries;
    SemanticSearch& search;
    const agents::AgentDirectory& directory;
    BlockingPool& disk;
    const Clock& clock;
    Random& random;
    SharedContext shared_context;
    WorktreeService& worktrees;
    const SecretStore* secrets = nullptr;  ///< null where there are none
    WorkspaceId workspace = {};
    const ImageStore& images;
    tools::FurtherTools* mcp = nullptr;  ///< null: agents have the built-in tools only
  };

  WorkspaceHost(Strand strand, Parts parts);

  /// Hears every event before it is applied: what a task must know of changes by others.
  void before_apply(const Event& event);
  /// Whom a change on disk is put down to that nobody announced: the command that runs, or somebody
  /// outside.
  Actor outside_actor() const;

  /// What would become of a call, with other rules than the workspace's where some are given: for
  /// people who try them. Nobody is asked.
  awaitable<approvals::Verdict> judge(std::string agent, approvals::Intent intent,
                                      std::optional<std::vector<approvals::Rule>> rules);

  // tools::ToolHost
  tools::FurtherTools* further_tools() override { return parts_.mcp; }
  awaitable<Result<void>> approve(tools::Caller caller, approvals::Intent intent,
                                  json::object input, std::stop_token stop) override;
  awaitable<Result<std::vector<tools::FileEntry>>> list(tools::Caller caller, std::string path,
                                                        int depth) override;
  awaitable<Result<tools::FileText>> read(tools::Caller caller, std::string path) override;
  awaitable<Result<tools::Written>> change(tools::Caller caller, std::string path, Edit edit,
                                           std::stop_token stop) override;
  awaitable<Result<std::string>> lock(tools::Caller caller, std::string path,
                                      std::stop_token stop) override;
  awaitable<Result<std::string>> unlock(tools::Caller caller, std::string path) override;
  awaitable<Result<json::value>> send_message(tools::Caller caller, std::vector<std::string> to,
                                              std::string text) override;
  awaitable<Result<json::value>> read_messages(tools::Caller caller) override;
  awaitable<Result<json::value>> delegate(tools::Caller caller, std::string agent,
                                          std::string prompt, std::stop_token stop) override;
  awaitable<Result<std::vector<tools::Secret>>> secrets(tools::Caller caller,
                                                        std::vector<std::string> names) override;
  awaitable<Result<json::value>> search_log(tools::Caller caller, std::string query,
                                            std::size_t limit) override;
  awaitable<Result<json::value>> search_meaning(tools::Caller caller, std::string query,
                                                std::size_t limit, std::stop_token stop) override;
  awaitable<std::string> keep_output(tools::Caller caller, std::string text) override;
  awaitable<Result<std::string>> kept_output(tools::Caller caller, std::string id) override;
  std::filesystem::path project_root(const tools::Caller& caller) const override;
  awaitable<Result<tools::CommandScope>> begin_command(tools::Caller caller, std::string command,
                                                       std::stop_token stop) override;
  awaitable<tools::CommandChanges> end_command(tools::Caller caller, std::uint64_t scope,
                                               const tools::CommandResult* result) override;

  // agents::AgentHost
  awaitable<Result<Sequence>> record(const tools::Caller& caller, std::string type,
                                     json::object data) override;
  awaitable<Result<agents::Remembered>> remember(tools::Caller caller) override;
  awaitable<Result<std::string>> image(tools::Caller caller, std::string hash) override;
  bool goes_on_later(const tools::Caller& caller) const override;
  bool pausing(const tools::Caller& caller) const override;
  std::vector<agents::Steering> steering(const tools::Caller& caller) const override;
  std::string notices(const tools::Caller& caller) override;
  void note_retry(const tools::Caller& caller, const agents::AgentModel& model, int attempt,
                  std::chrono::milliseconds delay, const Error& error) override;
  void preview(const tools::Caller& caller, std::string_view text) override;
  void enter_state(const tools::Caller& caller, std::string_view state,
                   std::string_view reason) override;
  awaitable<std::string> shared_context(const tools::Caller& caller) override;
  awaitable<agents::Instructions> instructions(tools::Caller caller, std::string path) override;
  awaitable<Result<agents::Reserved>> reserve(tools::Caller caller, agents::AgentModel model,
                                              agents::CallSize size, std::stop_token stop) override;
  Result<void> reserve_more(const tools::Caller& caller, const agents::Reserved& reserved) override;
  awaitable<Result<void>> settle(const tools::Caller& caller, const agents::AgentModel& model,
                                 const agents::Reserved& reserved,
                                 agents::Settlement settlement) override;

 private:
  using Known = tools::CurrentFile::Known;
  /// What a running task has seen of the project.
  struct TaskMemory {
    Sequence begun = 0;  ///< the task's start: what came before it was about another
    std::map<std::string, Known, std::less<>> seen;
    std::size_t seen_bytes = 0;
    std::set<std::string> instructed;  ///< files that told it how to work
    std::size_t instruction_room = limits::kInstructionsBytesMax;
    /// Files that changed since the task began, as they were then; nothing where there was none.
    std::map<std::string, std::optional<Known>, std::less<>> at_start;
    std::uint64_t used = 0;  ///< of a participant: when it was last looked up
  };
  struct RecentEdit {
    Sequence seq = 0;
    std::string actor;
    std::string path;
  };

  TaskMemory& memory(const tools::Caller& caller);
  TaskMemory& participant_memory(const std::string& name);
  /// The intent with the place that its path really leads to, where rules may be about that.
  awaitable<approvals::Intent> resolved(approvals::Intent intent) const;
  awaitable<std::string> secret_context() const;
  void remember(const tools::Caller& caller, const std::string& path, Known known);
  tools::CurrentFile describe(const tools::Caller& caller, const std::string& path,
                              const CurrentFile& current);
  /// The repository's map and what changes most: what is the same from task to task comes first.
  std::string repository_context();
  std::string actor_of_version(const std::string& path, Sequence version) const;
  /// Waits for a write lock of the caller's, visibly.
  awaitable<Result<locks::Grant>> take_lock(const tools::Caller& caller, const std::string& path,
                                            std::chrono::milliseconds lease, std::stop_token stop);
  awaitable<Result<Written>> change_locked(const tools::Caller& caller, const std::string& path,
                                           const Edit& edit, locks::Token token);

  /// The copy that the caller's task works in; null where it works in the project.
  Worktree* own_copy(const tools::Caller& caller) const;
  awaitable<Result<tools::Written>> change_copy(Worktree& copy, tools::Caller caller,
                                                std::string path, Edit edit);
  /// What a task that works in a copy has to know of it; "" for others.
  std::string copy_context(const tools::Caller& caller) const;

  const Strand strand_;
  const Parts parts_;
  // Touched only on strand_.
  std::map<std::string, TaskMemory, std::less<>> memories_;      // by running task
  std::map<std::string, TaskMemory, std::less<>> participants_;  // by name, where there is no task
  std::uint64_t participant_uses_ = 0;
  std::deque<RecentEdit> recent_edits_;
  std::map<std::string, KeptOutputs, std::less<>> outputs_;  // by task that has not ended
  std::optional<std::string> map_;  ///< of the paths as they are; nothing where it has to be made
};

}  // namespace coditect::workspace
