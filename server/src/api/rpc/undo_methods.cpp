#include "api/rpc/method_table.h"
#include "api/rpc/params.h"
#include "base/limits.h"

namespace coditect::api {

namespace {

using workspace::TaskUndo;

awaitable<Result<json::value>> changes(MethodCall call) {
  std::string id = text_param(call.params, "id");
  CO_TRY(json::object changed, co_await call.workspace.undo().changes(std::move(id)));
  co_return changed;
}

awaitable<Result<json::value>> revert(MethodCall call) {
  const std::string wanted = optional_text(call.params, "conflicts").value_or("refuse");
  if (wanted != "refuse" && wanted != "skip") {
    co_return invalid("'conflicts' is '" + wanted + "'", "use refuse or skip");
  }
  const auto conflicts =
      wanted == "skip" ? TaskUndo::Conflicts::kSkip : TaskUndo::Conflicts::kRefuse;
  std::string id = text_param(call.params, "id");
  CO_TRY(auto reverted,
         co_await call.workspace.undo().revert(call.actor, std::move(id), conflicts));
  json::object answer = restored_json(reverted.restored);
  answer["refused"] = to_json(reverted.refused);
  co_return answer;
}

/// Of `task`, as `choice` names it: {path, version, hunks}.
Result<TaskUndo::Choice> choice_of(std::string task, const json::object& choice) {
  TaskUndo::Choice made;
  made.task = std::move(task);
  made.path = text_param(choice, "path");
  TRY(const auto version, sequence_param(choice, "version"));
  made.version = version.value_or(0);
  TRY(made.hunks, texts_param(choice, "hunks"));
  return made;
}

Result<TaskUndo::Choice> choice_of(const MethodCall& call) {
  return choice_of(text_param(call.params, "id"), call.params);
}

Result<std::vector<TaskUndo::Choice>> choices_of(const MethodCall& call) {
  std::vector<TaskUndo::Choice> choices;
  for (const json::value& row : call.params.at("files").as_array()) {
    const json::object* file = row.if_object();
    const bool whole = file != nullptr && find_string(*file, "path") &&
                       find_int(*file, "version") && find_array(*file, "hunks") != nullptr;
    if (!whole) {
      return invalid("'files' holds what is no {path, version, hunks}",
                     "give each file as tasks.changes does, with the ids of its pieces");
    }
    TRY(TaskUndo::Choice choice, choice_of(text_param(call.params, "id"), *file));
    choices.push_back(std::move(choice));
  }
  return choices;
}

awaitable<Result<json::value>> reject(MethodCall call) {
  CO_TRY(TaskUndo::Choice choice, choice_of(call));
  const std::string path = choice.path;
  CO_TRY(const Sequence version,
         co_await call.workspace.undo().reject(call.actor, std::move(choice)));
  co_return json::object{{"path", path}, {"version", version}};
}

awaitable<Result<json::value>> accept(MethodCall call) {
  CO_TRY(TaskUndo::Choice choice, choice_of(call));
  const std::size_t count = choice.hunks.size();
  CO_TRY_VOID(co_await call.workspace.undo().accept(call.actor, std::move(choice)));
  co_return json::object{{"accepted", count}};
}

awaitable<Result<json::value>> accept_files(MethodCall call) {
  CO_TRY(auto choices, choices_of(call));
  std::string id = text_param(call.params, "id");
  CO_TRY(const TaskUndo::Accepted accepted, co_await call.workspace.undo().accept_files(
                                                call.actor, std::move(id), std::move(choices)));
  co_return json::object{{"files", accepted.files},
                         {"accepted", accepted.hunks},
                         {"refused", to_json(accepted.refused)}};
}

const Parameter kTaskId{"id", "string", kRequired, "the task's id"};

std::vector<Parameter> choice_parameters() {
  return {kTaskId,
          {"path", "string", kRequired, "the file"},
          {"version", "integer", kRequired, "that tasks.changes named; 0 for a removed file"},
          {"hunks", "array", kRequired, "their ids"}};
}

}  // namespace

std::vector<Method> undo_methods() {
  return {
      {"tasks.changes",
       "What a task changed in the project and what is still there of it, in pieces.",
       {kTaskId},
       "{task, files: [{path, version, from?, hunks: [{id, kind, accepted, line?, removed?, "
       "added?, cut?}]}], refused: [{path, from_line?, to_line?, why}]}",
       changes},
      {"tasks.revert",
       "Takes back what a task changed, all of it or nothing; later changes by others stay. Makes "
       "a checkpoint first.",
       {kTaskId,
        {"conflicts", "string", kOptional,
         "refuse (where it is absent): nothing is reverted where others have changed the same; "
         "skip: these places stay"}},
       "{before: checkpoint, changed, refused: [{path, from_line?, to_line?, why}]}",
       revert},
      {"tasks.reject_hunks", "Writes a file without pieces of what a task changed in it.",
       choice_parameters(), "{path, version}", reject},
      {"tasks.accept_hunks", "Notes that pieces of what a task changed are as they should be.",
       choice_parameters(), "{accepted}", accept},
      {"tasks.accept_files",
       "Accepts pieces of many files in one step: a file's together, or not and it is refused.",
       {kTaskId,
        {"files", "array", kRequired, "{path, version, hunks} of each, as tasks.accept_hunks"}},
       "{files, accepted, refused: [{path, why}]}",
       accept_files},
  };
}

}  // namespace coditect::api
