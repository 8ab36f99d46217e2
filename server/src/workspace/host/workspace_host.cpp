#include "workspace/host/workspace_host.h"

#include <algorithm>

#include "base/limits.h"
#include "workspace/approvals/real_path.h"
#include "workspace/files/watcher.h"

namespace coditect::workspace {

namespace {

/// Text of files that a task has seen, kept to show what others changed; beyond it only versions.
constexpr std::size_t kSeenBytesMax = 8u << 20;
constexpr std::size_t kListEntriesMax = 5'000;
constexpr std::size_t kRecentEditsMax = 200;
/// Participants whose reading is remembered; the one that was away the longest is forgotten.
constexpr std::size_t kParticipantsMax = 32;

}  // namespace

WorkspaceHost::WorkspaceHost(Strand strand, Parts parts) : strand_(strand), parts_(parts) {}

void WorkspaceHost::before_apply(const Event& event) {
  parts_.budgets.before_apply(event);
  parts_.approvals.before_apply(event);
  parts_.tasks.before_apply(event);
  if (event.type == "task_started") {
    memories_[event.task] = {};
    memories_[event.task].begun = event.seq;
  }
  if (event.type == "task_finished" || event.type == "task_requeued" ||
      event.type == "task_paused") {
    memories_.erase(event.task);
  }
  if (event.type == "task_finished") outputs_.erase(event.task);
  if (event.type == "checkpoint" && find_string(event.data, "label") == "provisioned") map_.reset();
  if (event.type != "file_edit") return;
  const std::string path = find_string(event.data, "path").value_or("");
  for (const std::string& changed : {path, find_string(event.data, "from").value_or("")}) {
    if (changed.empty()) continue;
    const FileInfo* before = parts_.state.files.find(changed);
    for (auto& [task, memory] : memories_) {
      memory.at_start.try_emplace(
          changed,
          before == nullptr ? std::nullopt : std::optional(Known{before->version, std::nullopt}));
    }
  }
  // Only what changes the set of paths changes the map.
  const bool is_new = parts_.state.files.find(path) == nullptr;
  if (is_new || find_string(event.data, "op") != "write") map_.reset();
  recent_edits_.push_back({event.seq, event.actor, path});
  if (recent_edits_.size() > kRecentEditsMax) recent_edits_.pop_front();
}

Actor WorkspaceHost::outside_actor() const { return parts_.commands.outside_actor(); }

WorkspaceHost::TaskMemory& WorkspaceHost::memory(const tools::Caller& caller) {
  return caller.task.empty() ? participant_memory(caller.agent) : memories_[caller.task.str()];
}

WorkspaceHost::TaskMemory& WorkspaceHost::participant_memory(const std::string& name) {
  if (!participants_.contains(name) && participants_.size() == kParticipantsMax) {
    const auto use = [](const auto& each) { return each.second.used; };
    participants_.erase(std::ranges::min_element(participants_, {}, use));
  }
  TaskMemory& known = participants_[name];
  known.used = ++participant_uses_;
  return known;
}

void WorkspaceHost::remember(const tools::Caller& caller, const std::string& path, Known known) {
  TaskMemory& task = memory(caller);
  const auto size_of = [](const Known& each) { return each.text ? each.text->size() : 0; };
  if (const auto old = task.seen.find(path); old != task.seen.end()) {
    task.seen_bytes -= size_of(old->second);
  }
  if (task.seen_bytes + size_of(known) > kSeenBytesMax) known.text.reset();
  task.seen_bytes += size_of(known);
  task.seen[path] = std::move(known);
}

std::string WorkspaceHost::actor_of_version(const std::string& path, Sequence version) const {
  for (auto edit = recent_edits_.rbegin(); edit != recent_edits_.rend(); ++edit) {
    if (edit->seq == version && edit->path == path) return edit->actor;
  }
  return {};
}

tools::CurrentFile WorkspaceHost::describe(const tools::Caller& caller, const std::string& path,
                                           const CurrentFile& current) {
  TaskMemory& task = memory(caller);
  tools::CurrentFile file;
  file.text = current.text;
  file.version = current.version;
  file.changed_by = actor_of_version(path, current.version);
  if (const auto seen = task.seen.find(path); seen != task.seen.end()) file.seen = seen->second;
  if (const auto start = task.at_start.find(path); start != task.at_start.end()) {
    file.at_task_start = start->second;
  } else if (current.text && !caller.task.empty()) {
    // A participant has no task that began with the file as it is: it has to read it.
    file.at_task_start = Known{current.version, current.text};
  }
  return file;
}

awaitable<approvals::Intent> WorkspaceHost::resolved(approvals::Intent intent) const {
  for (const std::string& path : std::vector<std::string>(intent.paths)) {
    auto follow = [root = parts_.files.folder().root(), path] { return real_path(root, path); };
    std::string real = co_await parts_.disk.run(std::move(follow));
    if (real != path) intent.paths.push_back(std::move(real));
  }
  co_return intent;
}

awaitable<approvals::Verdict> WorkspaceHost::judge(
    std::string agent, approvals::Intent intent,
    std::optional<std::vector<approvals::Rule>> rules) {
  const approvals::Intent known = co_await resolved(std::move(intent));
  approvals::Policy policy = parts_.state.approvals.policy();
  if (rules) policy.rules = *std::move(rules);
  co_return policy.decide(agent, known);
}

awaitable<Result<void>> WorkspaceHost::approve(tools::Caller caller, approvals::Intent intent,
                                               json::object input, std::stop_token stop) {
  const approvals::Policy& policy = parts_.state.approvals.policy();
  const bool by_mode = policy.mode_of(caller.agent) == approvals::Mode::kFull;
  if (policy.has_path_rules() || !by_mode) intent = co_await resolved(std::move(intent));
  if (!intent.secrets.empty()) {
    // Nobody is asked for one that is not there.
    const auto values = co_await secrets(caller, intent.secrets);
    if (!values) co_return values.error();
  }
  ApprovalService::OnWait on_wait{
      [this, caller](const std::string& what) {
        parts_.tasks.begin_wait(caller, "approval", what);
      },
      [this, caller] { parts_.tasks.end_wait(caller, "approval", "the approval"); }};
  co_return co_await parts_.approvals.approve(
      std::move(caller), std::move(intent), std::move(input), std::move(stop), std::move(on_wait));
}

awaitable<Result<std::vector<tools::FileEntry>>> WorkspaceHost::list(tools::Caller caller,
                                                                     std::string path, int depth) {
  const Worktree* copy = own_copy(caller);
  auto work = [folder = copy == nullptr ? parts_.files.folder() : copy->folder(), path, depth] {
    return folder.list(path, depth, kListEntriesMax);
  };
  CO_TRY(std::vector<FolderEntry> listed, co_await parts_.disk.run(std::move(work)));
  std::vector<tools::FileEntry> entries;
  for (FolderEntry& entry : listed) {
    if (is_ignored_path(entry.path) || entry.stat.kind == FileStat::Kind::kOther) continue;
    const tools::EntryKind kind =
        entry.stat.kind == FileStat::Kind::kFolder    ? tools::EntryKind::kFolder
        : entry.stat.kind == FileStat::Kind::kSymlink ? tools::EntryKind::kLink
                                                      : tools::EntryKind::kFile;
    entries.push_back({std::move(entry.path), kind, entry.stat.size});
  }
  co_return entries;
}

awaitable<Result<tools::FileText>> WorkspaceHost::read(tools::Caller caller, std::string path) {
  const Worktree* copy = own_copy(caller);
  auto file = copy == nullptr ? co_await parts_.files.read(path) : co_await copy->read(path);
  if (!file) {
    if (file.error().code == Errc::kNotFound) memory(caller).seen.erase(path);
    co_return std::move(file).error();
  }
  remember(caller, path, {file->version, file->text});
  co_return tools::FileText{std::move(file->text), file->version};
}

awaitable<Result<tools::Written>> WorkspaceHost::change(tools::Caller caller, std::string path,
                                                        Edit edit, std::stop_token stop) {
  if (Worktree* copy = own_copy(caller)) {
    co_return co_await change_copy(*copy, std::move(caller), std::move(path), std::move(edit));
  }
  auto granted = co_await take_lock(caller, path, limits::kLockLease, std::move(stop));
  if (!granted) co_return std::move(granted).error();
  auto written = co_await change_locked(caller, path, edit, granted->token);
  if (granted->kind != locks::GrantKind::kAlreadyHeld) {
    auto given_back = parts_.locks.give_back(path, granted->token, caller.actor());
    // The lease may have run out during a long write; the log says so then.
    if (!given_back && given_back.error().code == Errc::kInternal) {
      co_return std::move(given_back).error();
    }
  }
  if (!written) co_return std::move(written).error();
  co_return tools::Written{written->version, written->seq};
}

awaitable<Result<Written>> WorkspaceHost::change_locked(const tools::Caller& caller,
                                                        const std::string& path, const Edit& edit,
                                                        locks::Token token) {
  std::string after;
  auto decide = [this, &caller, &path, &edit, &after](const CurrentFile& current) {
    auto text = edit(describe(caller, path, current));
    if (text) after = *text;
    return text;
  };
  const Actor actor{caller.actor(), {}, caller.task.str()};
  auto written = co_await parts_.files.change(actor, path, std::nullopt, token, decide);
  if (written) remember(caller, path, {written->version, std::move(after)});
  co_return written;
}

awaitable<Result<json::value>> WorkspaceHost::send_message(tools::Caller caller,
                                                           std::vector<std::string> to,
                                                           std::string text) {
  const std::string id = parts_.random.id("m_");
  std::vector<std::string> agents;
  json::array people;
  for (std::string& name : to) {
    if (name == "user" || name.starts_with("user:")) {
      people.push_back(json::string(name));
    } else {
      agents.push_back(std::move(name));
    }
  }
  if (!agents.empty()) {
    bus::Outgoing message{id, caller.actor(), std::move(agents), {}, text, {}, caller.task.str()};
    const std::vector<std::string> names = parts_.directory.names();
    CO_TRY(EventDraft draft, parts_.state.bus.send(message, names));
    parts_.log.append(std::move(draft));
  }
  if (!people.empty()) {
    json::object data{{"id", id},
                      {"from", caller.actor()},
                      {"to", std::move(people)},
                      {"text", text},
                      {"kind", "chat"}};
    parts_.log.append({"agent_message", caller.actor(), {}, caller.task.str(), data});
  }
  CO_TRY_VOID(co_await parts_.log.durable(parts_.log.head()));
  co_return json::value("sent");
}

awaitable<Result<json::value>> WorkspaceHost::read_messages(tools::Caller caller) {
  json::array messages;
  struct Unread {
    std::string id, from, text;
  };
  std::vector<Unread> unread;
  for (const bus::Message* message : parts_.state.bus.unread(caller.agent)) {
    unread.push_back({message->id, message->from, message->text});
  }
  for (Unread& message : unread) {
    auto delivered = parts_.state.bus.delivered(message.id, caller.agent);
    if (delivered) parts_.log.append(*std::move(delivered));
    CO_TRY(EventDraft read, parts_.state.bus.read(message.id, caller.agent));
    parts_.log.append(std::move(read));
    messages.push_back({{"from", message.from}, {"text", message.text}});
  }
  CO_TRY_VOID(co_await parts_.log.durable(parts_.log.head()));
  co_return messages;
}

awaitable<Result<json::value>> WorkspaceHost::delegate(tools::Caller caller, std::string agent,
                                                       std::string prompt, std::stop_token stop) {
  co_return co_await parts_.tasks.delegate(std::move(caller), std::move(agent), std::move(prompt),
                                           std::move(stop));
}

awaitable<Result<std::vector<tools::Secret>>> WorkspaceHost::secrets(
    tools::Caller, std::vector<std::string> names) {
  if (parts_.secrets == nullptr) co_return not_found("this server keeps no secrets");
  auto look = [this, &names] { return parts_.secrets->values(parts_.workspace, names); };
  co_return co_await parts_.disk.run(std::move(look));
}

awaitable<Result<json::value>> WorkspaceHost::search_log(tools::Caller, std::string query,
                                                         std::size_t limit) {
  co_return co_await parts_.queries.search_log(std::move(query), limit);
}

awaitable<Result<json::value>> WorkspaceHost::search_meaning(tools::Caller, std::string query,
                                                             std::size_t limit,
                                                             std::stop_token stop) {
  co_return co_await parts_.search.semantic(std::move(query), limit, std::move(stop));
}

awaitable<std::string> WorkspaceHost::keep_output(tools::Caller caller, std::string text) {
  // A person's search has no task to keep anything for.
  if (caller.task.str().empty()) co_return std::string();
  co_return outputs_[caller.task.str()].keep(std::move(text));
}

awaitable<Result<std::string>> WorkspaceHost::kept_output(tools::Caller caller, std::string id) {
  const auto task = outputs_.find(caller.task.str());
  if (task == outputs_.end()) co_return KeptOutputs().find(id);
  co_return task->second.find(id);
}

}  // namespace coditect::workspace
