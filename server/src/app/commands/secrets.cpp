#include <CLI/CLI.hpp>

#include <memory>
#include <vector>

#include "app/commands/commands.h"
#include "app/commands/connect.h"
#include "app/print/table.h"

namespace coditect::app {

namespace {

/// What is read of the standard input; the server's own limit is lower, and says so.
constexpr std::size_t kInputBytesMax = 1u << 20;

struct Options {
  std::string workspace;
  std::string name;
  bool json = false;
};

/// Everything up to the end of the input, without the line end that an `echo` or an editor adds.
Result<std::string> read_value(std::istream& in) {
  std::string value;
  char buffer[4096];
  while (in.read(buffer, sizeof buffer) || in.gcount() > 0) {
    value.append(buffer, static_cast<std::size_t>(in.gcount()));
    if (value.size() > kInputBytesMax)
      return invalid("the value on the standard input is too long");
  }
  if (value.ends_with('\n')) value.pop_back();
  if (value.ends_with('\r')) value.pop_back();
  if (!value.empty()) return value;
  return invalid("there is no value on the standard input",
                 "for example: printf %s \"$TOKEN\" | coditect secrets set WORKSPACE NPM_TOKEN");
}

Result<void> finish(const Options& options, Shell& shell, const json::object& answer,
                    std::string_view text) {
  if (options.json) {
    shell.out << json::serialize(answer) << '\n';
  } else {
    shell.out << text << '\n';
  }
  return {};
}

Result<void> set(const Options& options, Shell& shell) {
  TRY(std::string value, read_value(shell.in));
  TRY(const Place place, connect(shell, options.workspace));
  json::object params{{"name", options.name}, {"value", std::move(value)}};
  TRY(const json::object answer,
      place.client.call(place.workspace, "secrets.set", std::move(params)));
  return finish(options, shell, answer, "set " + options.name);
}

Result<void> remove(const Options& options, Shell& shell) {
  TRY(const Place place, connect(shell, options.workspace));
  TRY(const json::object answer,
      place.client.call(place.workspace, "secrets.delete", json::object{{"name", options.name}}));
  return finish(options, shell, answer, "deleted " + options.name);
}

Result<void> list(const Options& options, Shell& shell) {
  TRY(const Place place, connect(shell, options.workspace));
  TRY(const json::object answer, place.client.call(place.workspace, "secrets.list", {}));
  const json::array* secrets = find_array(answer, "secrets");
  if (secrets == nullptr) return internal("the server's answer has no secrets");
  std::vector<std::vector<std::string>> lines;
  for (const json::value& row : *secrets) {
    std::vector<std::string>& line = lines.emplace_back();
    for (const char* member : {"name", "set_at", "set_by"}) {
      const json::object* secret = row.if_object();
      line.push_back(secret == nullptr ? "" : find_string(*secret, member).value_or(""));
    }
  }
  if (options.json) return finish(options, shell, answer, "");
  shell.out << format_table({"name", "set at", "set by"}, lines);
  return {};
}

CLI::App* add(CLI::App& secrets, const char* name, const char* about,
              const std::shared_ptr<Options>& options) {
  CLI::App* command = secrets.add_subcommand(name, about);
  command->add_option("WORKSPACE", options->workspace, "its id or name")->required();
  command->add_flag("--json", options->json, "print the server's answer as JSON");
  return command;
}

}  // namespace

void add_secrets(CLI::App& app, Shell& shell, Selection& selection) {
  CLI::App* secrets =
      app.add_subcommand("secrets", "Values that commands may be given by name, never shown again");
  secrets->require_subcommand(1);
  const auto options = std::make_shared<Options>();
  using Work = Result<void> (*)(const Options&, Shell&);
  const auto runs = [options, &shell, &selection](Work work) {
    return [options, &shell, &selection, work] {
      selection.run = [options, &shell, work] { return work(*options, shell); };
    };
  };
  CLI::App* to_set =
      add(*secrets, "set", "Set one; its value is read from the standard input", options);
  to_set->add_option("NAME", options->name, "A-Z, 0-9 and _")->required();
  to_set->callback(runs(set));
  CLI::App* to_list = add(*secrets, "list", "Their names, and when they were set", options);
  to_list->callback(runs(list));
  CLI::App* to_delete = add(*secrets, "delete", "Forget one", options);
  to_delete->add_option("NAME", options->name, "which")->required();
  to_delete->callback(runs(remove));
}

}  // namespace coditect::app
