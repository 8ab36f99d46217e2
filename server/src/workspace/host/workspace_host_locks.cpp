// The locks that agents take: for one write, or over several of their steps.
#include "base/check.h"
#include "base/limits.h"
#include "workspace/host/workspace_host.h"

namespace coditect::workspace {

namespace {

/// How long a participant waits for a lock: whoever calls from outside gives up soon, and may call
/// again.
constexpr std::chrono::seconds kParticipantLockWait{15};

}  // namespace

awaitable<Result<locks::Grant>> WorkspaceHost::take_lock(const tools::Caller& caller,
                                                         const std::string& path,
                                                         std::chrono::milliseconds lease,
                                                         std::stop_token stop) {
  locks::Request request;
  request.path = path;
  request.mode = locks::Mode::kWrite;
  request.holder = caller.actor();
  request.task = caller.task.str();
  request.lease = lease;
  if (caller.task.empty()) request.timeout = kParticipantLockWait;
  bool waited = false;
  auto on_wait = [this, &caller, &path, &waited](const std::vector<std::string>& holders) {
    waited = true;
    const std::string whom = holders.empty() ? "others" : holders.front();
    parts_.tasks.begin_wait(caller, "lock", path + " is held by " + whom);
  };
  auto granted = co_await parts_.locks.acquire(std::move(request), std::move(stop), on_wait);
  if (waited) parts_.tasks.end_wait(caller, "lock", path);
  co_return granted;
}

awaitable<Result<std::string>> WorkspaceHost::lock(tools::Caller caller, std::string path,
                                                   std::stop_token stop) {
  // As long as a lease may be: the end of the task gives it back, and so does a restart.
  CO_TRY(const locks::Grant grant,
         co_await take_lock(caller, path, limits::kLockLeaseMax, std::move(stop)));
  const auto held = parts_.locks.table().locks().find(grant.token);
  const std::string name =
      held == parts_.locks.table().locks().end() ? path : held->second.path.text();
  const std::string already =
      grant.kind == locks::GrantKind::kAlreadyHeld ? "You had locked " : "You have locked ";
  co_return already + name + ". Nobody else can change it until you give it back.";
}

awaitable<Result<std::string>> WorkspaceHost::unlock(tools::Caller caller, std::string path) {
  std::string others;
  CO_TRY(const locks::PathPattern wanted, locks::PathPattern::parse(path));
  for (const auto& [token, lock] : parts_.locks.table().locks()) {
    if (lock.holder != caller.actor()) continue;
    if (lock.path.text() == wanted.text()) {
      const locks::Token held = token;
      CO_TRY_VOID(co_await parts_.locks.release(path, held, caller.actor()));
      co_return "You have given back " + wanted.text() + ".";
    }
    others += (others.empty() ? "" : ", ") + lock.path.text();
  }
  co_return not_found("you hold no lock on " + wanted.text(),
                      others.empty() ? "you hold no lock at all; somebody may have taken it away"
                                     : "your locks: " + others);
}

std::string WorkspaceHost::notices(const tools::Caller& caller) {
  struct Unread {
    std::string id, text;
    Sequence seq;
  };
  std::vector<Unread> unread;
  for (const bus::Message* message : parts_.state.bus.unread(caller.agent)) {
    if (message->from == "system") unread.push_back({message->id, message->text, message->seq});
  }
  std::string text;
  for (const Unread& message : unread) {
    auto delivered = parts_.state.bus.delivered(message.id, caller.agent);
    if (delivered) parts_.log.append(*std::move(delivered));
    auto read = parts_.state.bus.read(message.id, caller.agent);
    check(read.ok(), "what is delivered can be read");
    parts_.log.append(*std::move(read));
    // What came before was about locks that ended with another task.
    if (message.seq > memory(caller).begun) text += message.text + "\n";
  }
  return text;
}

}  // namespace coditect::workspace
