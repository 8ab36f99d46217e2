#include <fmt/format.h>

#include "app/print/text.h"
#include "app/verify/data_check.h"

namespace coditect::app {

namespace {

std::string_view name_of(DataCheck::Journal journal) {
  switch (journal) {
    case DataCheck::Journal::kRead: return "read";
    case DataCheck::Journal::kInUse: return "in use";
    case DataCheck::Journal::kNone: return "none";
  }
  return "none";
}

json::object to_json(const archive::Problem& problem) {
  return {{"file", problem.file},
          {"line", problem.line},
          {"what", problem.what},
          {"hint", problem.hint}};
}

json::object to_json(const DatabaseProblem& problem) {
  return {{"name", problem.name}, {"what", problem.what}, {"repaired", problem.repaired}};
}

json::object to_json(const CheckedWorkspace& workspace) {
  json::array problems;
  for (const archive::Problem& problem : workspace.damage) problems.push_back(to_json(problem));
  json::array databases;
  for (const DatabaseProblem& problem : workspace.databases) databases.push_back(to_json(problem));
  return {{"id", workspace.id},
          {"clean", workspace.clean()},
          {"events", workspace.archive.events + workspace.waiting},
          {"segments", workspace.archive.segments},
          {"bytes", workspace.archive.bytes},
          {"head", workspace.archive.head.seq},
          {"hash", workspace.archive.head.hash},
          {"waiting", workspace.waiting},
          {"unfinished", workspace.unfinished},
          {"contents", workspace.contents},
          {"problems", std::move(problems)},
          {"databases", std::move(databases)}};
}

std::string format_workspace(const CheckedWorkspace& workspace) {
  std::string text = fmt::format(
      "{}  {}  {} events, {} in {} segments, {} waiting in the journal, head {} {}, "
      "{} contents\n",
      one_line(workspace.id), workspace.clean() ? "clean" : "DAMAGED",
      workspace.archive.events + workspace.waiting, workspace.archive.events,
      workspace.archive.segments, workspace.waiting, workspace.archive.head.seq,
      workspace.archive.head.hash, workspace.contents);
  if (workspace.unfinished && workspace.clean()) {
    text += "  the last line is unfinished; the next start completes it\n";
  }
  for (const archive::Problem& problem : workspace.damage) {
    const std::string line = problem.line > 0 ? fmt::format(", line {}", problem.line) : "";
    text += fmt::format("  {}{}: {}\n  hint: {}\n", one_line(problem.file), line,
                        one_line(problem.what), problem.hint);
  }
  for (const DatabaseProblem& problem : workspace.databases) {
    text += fmt::format("  the database {}: {}\n  {}\n", problem.name, one_line(problem.what),
                        problem.repaired
                            ? "repaired: it was removed, and the next query builds it from the log"
                            : "hint: the next query builds it anew; `coditect verify --repair` "
                              "removes it now");
  }
  return text;
}

}  // namespace

json::object to_json(const DataCheck& check) {
  json::array workspaces;
  for (const CheckedWorkspace& each : check.workspaces) workspaces.push_back(to_json(each));
  json::array problems;
  if (check.journal_damage) {
    problems.push_back(
        {{"what", check.journal_damage->message}, {"hint", check.journal_damage->hint}});
  }
  return {{"clean", check.clean()},
          {"journal", name_of(check.journal)},
          {"workspaces", std::move(workspaces)},
          {"problems", std::move(problems)}};
}

std::string format_check(const DataCheck& check) {
  std::string text;
  for (const CheckedWorkspace& each : check.workspaces) text += format_workspace(each);
  if (check.workspaces.empty()) text += "no workspaces\n";
  if (check.journal == DataCheck::Journal::kInUse) {
    text += "the journal is in use by a running server and was not looked at\n";
  }
  if (check.journal_damage) {
    text += fmt::format("the journal is DAMAGED: {}\n  hint: {}\n",
                        one_line(check.journal_damage->message), check.journal_damage->hint);
  }
  return text;
}

}  // namespace coditect::app
