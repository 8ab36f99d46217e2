#include <CLI/CLI.hpp>

#include <memory>
#include <optional>

#include "app/commands/commands.h"
#include "app/simulate.h"
#include "base/log.h"
#include "net/listen_address.h"

namespace coditect::app {

namespace {

struct Options {
  std::string listen;
  std::string ready_file;
};

}  // namespace

void add_simulate_providers(CLI::App& app, Shell&, Selection& selection) {
  CLI::App* command = app.add_subcommand(
      "simulate-providers", "Run the simulator of the four model APIs until SIGINT or SIGTERM");
  command->footer(
      "What is answered stands in the prompt, in a fenced block tagged `rehearsal` with one JSON\n"
      "object a line:\n"
      "  {\"say\":\"text\"}  {\"tool\":\"NAME\",\"input\":{}}  {\"tools\":[...]}  "
      "{\"pause_ms\":50}\n"
      "  {\"fail\":{\"status\":529,\"times\":2}}  {\"stream_error\":{\"status\":529}}\n"
      "  {\"drop\":\"mid-stream\"}  {\"hop\":\"continue\"} or \"drop\"\n"
      "  {\"usage\":{\"input\":1200,\"cache_read\":1000,\"output\":80}}\n"
      "docs/api/simulator.md says more.");
  const auto options = std::make_shared<Options>();
  command->add_option("--listen", options->listen, "HOST:PORT; port 0 picks one")->required();
  command->add_option("--ready-file", options->ready_file,
                      "receives {\"url\",\"pid\"} once the simulator answers");
  command->callback([options, &selection] {
    selection.check = [options]() -> Result<void> {
      const auto address = net::parse_listen_address(options->listen);
      if (!address) return Error(address.error()).in("--listen");
      return {};
    };
    selection.run = [options]() -> Result<void> {
      start_log("info");
      std::optional<std::filesystem::path> ready_file;
      if (!options->ready_file.empty()) ready_file = options->ready_file;
      return simulate_providers(options->listen, ready_file);
    };
  });
}

}  // namespace coditect::app
