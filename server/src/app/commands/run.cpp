#include <CLI/CLI.hpp>

#include <iterator>
#include <memory>

#include "app/client/event_feed.h"
#include "app/commands/commands.h"
#include "app/commands/connect.h"
#include "app/commands/task_watch.h"
#include "app/print/text.h"

namespace coditect::app {

namespace {

struct Options {
  std::string workspace;
  std::string agent = "auto";
  std::string prompt;
  std::string worktree = "none";
  bool wait = false;
  bool json = false;
};

Result<json::object> submit(const Options& options, const std::string& prompt, const Place& place) {
  json::object params{{"agent", options.agent}, {"prompt", prompt}};
  if (options.worktree != "none") params["worktree"] = options.worktree;
  return place.client.call(place.workspace, "tasks.submit", std::move(params));
}

Result<void> submit_and_wait(const Options& options, const std::string& prompt, Shell& shell,
                             const Place& place) {
  // Attached first, so that no event of the task can be missed.
  TRY(const std::unique_ptr<EventFeed> feed,
      EventFeed::open(place.client, place.workspace, std::nullopt));
  TRY(const json::object submitted, submit(options, prompt, place));
  TRY(TaskWatch watch, TaskWatch::make(submitted));
  while (!watch.all_finished()) {
    TRY(const FeedEvent event, feed->next());
    if (!watch.concerns(event.event)) continue;
    watch.apply(event.event);
    shell.out << (options.json ? event.line + "\n" : show_progress(event.event)) << std::flush;
  }
  return watch.outcome();
}

Result<void> run(const Options& options, Shell& shell) {
  std::string prompt = options.prompt;
  if (prompt == "-") prompt.assign(std::istreambuf_iterator<char>(shell.in), {});
  TRY(const Place place, connect(shell, options.workspace));
  if (options.wait) return submit_and_wait(options, prompt, shell, place);
  TRY(const json::object submitted, submit(options, prompt, place));
  if (options.json) {
    shell.out << json::serialize(submitted) << '\n';
    return {};
  }
  const json::array* tasks = find_array(submitted, "tasks");
  if (tasks == nullptr) return internal("the server's answer to tasks.submit holds no task");
  for (const json::value& each : *tasks) {
    const json::object* task = each.if_object();
    if (task == nullptr) continue;
    shell.out << one_line(find_string(*task, "id").value_or("")) << "  "
              << one_line(find_string(*task, "agent").value_or("")) << '\n';
  }
  return {};
}

}  // namespace

void add_run(CLI::App& app, Shell& shell, Selection& selection) {
  CLI::App* command = app.add_subcommand("run", "Give agents something to do");
  const auto options = std::make_shared<Options>();
  command->add_option("WORKSPACE", options->workspace, "its id or name")->required();
  command->add_option("PROMPT", options->prompt, "what to do; - reads it from standard input")
      ->required();
  command->add_option("--agent", options->agent, "an agent's name, auto or all [auto]");
  command
      ->add_option("--worktree", options->worktree,
                   "where it works: none, in the project; merge, in a copy that is merged at its "
                   "end; keep, in a copy that stays [none]")
      ->check(CLI::IsMember({"none", "merge", "keep"}));
  command->add_flag("--wait", options->wait,
                    "show what the agents say and do, and exit 0 once all have succeeded, 1 if "
                    "one has not");
  command->add_flag("--json", options->json,
                    "print {\"tasks\": [...]}, with --wait the tasks' events, one on a line");
  command->callback([options, &shell, &selection] {
    selection.run = [options, &shell] { return run(*options, shell); };
  });
}

}  // namespace coditect::app
