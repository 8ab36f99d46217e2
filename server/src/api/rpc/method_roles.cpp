#include "api/rpc/method_roles.h"

#include <algorithm>

namespace coditect::api {

namespace {

/// What only shows: it changes nothing, starts nothing and costs nothing.
constexpr std::string_view kViewers[] = {
    "workspace.attach", "agents.list",     "tasks.list",      "tasks.get",
    "tasks.answers",    "tasks.changes",   "worktrees.list",  "worktrees.diff",
    "messages.list",    "approvals.list",  "approvals.check", "approvals.get_policy",
    "files.tree",       "files.read",      "files.history",   "locks.list",
    "sql.query",        "timeline.range",  "timeline.at",     "timeline.file_at",
    "checkpoints.list", "cost.summary",    "search.text",     "instructions.list",
    "terminal.list",    "presence.set",    "presence.list",   "documents.open",
    "documents.pull",   "documents.close", "files.bytes",     "timeline.density",
    "sql.cancel",       "messages.image",
};

/// The work of a workspace: files, agents, commands, and what undoes them.
constexpr std::string_view kEditors[] = {
    "tasks.submit",       "tasks.cancel",       "tasks.retry",           "tasks.promote",
    "tasks.pause",        "tasks.resume",       "tasks.steer",           "tasks.revert",
    "tasks.reject_hunks", "tasks.accept_hunks", "worktrees.merge",       "worktrees.discard",
    "messages.send",      "approvals.answer",   "files.write",           "files.create",
    "files.move",         "files.remove",       "locks.acquire",         "locks.renew",
    "locks.release",      "locks.resolve",      "checkpoints.create",    "checkpoints.restore",
    "search.semantic",    "terminal.open",      "terminal.write",        "terminal.resize",
    "terminal.close",     "instructions.trust", "instructions.distrust", "mcp.servers",
    "secrets.list",       "documents.push",     "documents.restore",     "tasks.move",
    "timeline.restore",   "tasks.accept_files", "tasks.depend",
};

}  // namespace

Role least_role(std::string_view method) {
  if (std::ranges::find(kViewers, method) != std::end(kViewers)) return Role::kViewer;
  if (std::ranges::find(kEditors, method) != std::end(kEditors)) return Role::kEditor;
  return Role::kOwner;
}

std::vector<std::string_view> names_with_roles() {
  std::vector<std::string_view> names(std::begin(kViewers), std::end(kViewers));
  names.insert(names.end(), std::begin(kEditors), std::end(kEditors));
  return names;
}

}  // namespace coditect::api
