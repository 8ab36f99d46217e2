#include <CLI/CLI.hpp>

#include <memory>

#include "app/client/event_feed.h"
#include "app/commands/commands.h"
#include "app/commands/connect.h"
#include "app/print/event_line.h"

namespace coditect::app {

namespace {

struct Options {
  std::string workspace;
  Sequence from = 1;
  bool follow = false;
  bool json = false;
};

void print(Shell& shell, const Options& options, const json::object& event) {
  shell.out << (options.json ? json::serialize(event) : format_event(event)) << '\n';
}

/// Prints the events that are there; returns the number of the last one it saw.
Result<Sequence> print_pages(const Options& options, Shell& shell, const Place& place) {
  Sequence from = options.from;
  while (shell.out) {
    json::object params{{"from", from}, {"limit", limits::kPageMax}};
    TRY(const json::object page,
        place.client.call(place.workspace, "timeline.range", std::move(params)));
    const json::array* events = find_array(page, "events");
    if (events == nullptr) return internal("the server's answer to timeline.range has no events");
    for (const json::value& each : *events) {
      const json::object* event = each.if_object();
      if (event == nullptr) return internal("the server sent an event that is none");
      TRY(const std::int64_t seq, need_int(*event, "seq"));
      print(shell, options, *event);
      from = static_cast<Sequence>(seq) + 1;
    }
    if (events->empty() || !find_int(page, "next")) break;
  }
  return from - 1;
}

Result<void> print_log(const Options& options, Shell& shell) {
  TRY(const Place place, connect(shell, options.workspace));
  TRY(const Sequence last, print_pages(options, shell, place));
  if (!options.follow) return {};
  shell.out.flush();
  TRY(const std::unique_ptr<EventFeed> feed, EventFeed::open(place.client, place.workspace, last));
  while (shell.out) {
    TRY(const FeedEvent event, feed->next());
    if (options.json) {
      shell.out << event.line << std::endl;
    } else {
      shell.out << format_event(event.event) << std::endl;
    }
  }
  return {};
}

}  // namespace

void add_log(CLI::App& app, Shell& shell, Selection& selection) {
  CLI::App* command = app.add_subcommand("log", "Print a workspace's events, one on a line");
  const auto options = std::make_shared<Options>();
  command->add_option("WORKSPACE", options->workspace, "its id or name")->required();
  command->add_option("--from", options->from, "the first event's number [1]")
      ->check(CLI::Range(Sequence{1}, Sequence{INT64_MAX}));
  command->add_flag("--follow", options->follow, "go on with the events that happen");
  command->add_flag("--json", options->json, "print the events as JSON");
  command->callback([options, &shell, &selection] {
    selection.run = [options, &shell] { return print_log(*options, shell); };
  });
}

}  // namespace coditect::app
