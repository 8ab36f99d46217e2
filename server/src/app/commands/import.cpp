#include <CLI/CLI.hpp>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <memory>

#include "app/commands/commands.h"
#include "app/commands/connect.h"
#include "app/print/progress.h"
#include "app/print/text.h"
#include "storage/objects/http/encoding.h"

namespace coditect::app {

namespace {

namespace fs = std::filesystem;

constexpr const char* kAbout = "Make a workspace from an archive of a project";
constexpr const char* kFooter =
    "FILE is a .zip, .tar, .tar.gz, .tgz or .tar.zst of this machine, or - for standard input. A\n"
    "single top folder, as hosting sites make them, is taken off. Executable bits and links "
    "inside\n"
    "the project are kept, and a git repository stays one.\n"
    "Refused, and then nothing is made: paths and links that lead out of the project, devices and\n"
    "pipes, encrypted entries, more than 200,000 entries, 4 GiB of files, a GiB of archive, or "
    "what\n"
    "unpacks to more than 100 times its size. Left out, and told: hooks, settings and other files\n"
    "of git that make it run programs.";
constexpr std::array<std::string_view, 5> kEndings = {".tar.gz", ".tar.zst", ".tgz", ".tar",
                                                      ".zip"};

struct Options {
  std::string file;
  std::string name;
  bool json = false;

  bool from_input() const { return file == "-"; }
};

/// "words" of "dir/words.tar.gz".
std::string name_of(const std::string& file) {
  std::string name = fs::path(file).filename().string();
  for (const std::string_view ending : kEndings) {
    if (name.size() > ending.size() && name.ends_with(ending)) {
      name.resize(name.size() - ending.size());
      break;
    }
  }
  return name;
}

Result<void> check_import(const Options& options) {
  if (!options.name.empty() || !options.from_input()) return {};
  return invalid("an archive from standard input needs a NAME", "`coditect import - NAME`");
}

/// What is left out of an archive, for a person; the JSON has it too.
void tell_left_out(const json::object& made, std::ostream& err) {
  const json::object* source = find_object(made, "source");
  const json::array* left_out = source == nullptr ? nullptr : find_array(*source, "left_out");
  if (left_out == nullptr) return;
  for (const json::value& each : *left_out) {
    if (!each.is_object()) continue;
    const json::object& entry = each.get_object();
    err << "left out: " << one_line(find_string(entry, "path").value_or("")) << ": "
        << one_line(find_string(entry, "why").value_or("")) << '\n';
  }
  const auto all = static_cast<std::size_t>(find_int(*source, "left_out_count").value_or(0));
  if (all > left_out->size()) err << "and " << all - left_out->size() << " more\n";
}

Result<json::object> send(const Options& options, const Client& client, Shell& shell) {
  std::ifstream file;
  std::optional<std::uint64_t> bytes;
  if (!options.from_input()) {
    std::error_code error;
    if (fs::is_directory(options.file, error)) {
      return invalid(options.file + " is a folder",
                     "pack it: tar -cz -C FOLDER . | coditect import - NAME");
    }
    bytes = fs::file_size(options.file, error);
    if (error) return not_found(options.file + ": " + error.message(), "see whether it is there");
    file.open(options.file, std::ios::binary);
    if (!file) return system_error(options.file, errno);
  }
  const std::string name = options.name.empty() ? name_of(options.file) : options.name;
  std::string target = "/workspaces/import?name=" + objects::percent_encode(name);
  if (!options.from_input()) {
    target += "&file=" + objects::percent_encode(fs::path(options.file).filename().string());
  }
  std::atomic<std::uint64_t> sent = 0;
  const auto tell = [&sent, bytes] {
    if (bytes && sent == *bytes) return std::string("unpacking ... ");
    const std::string of = bytes ? " of " + readable_bytes(*bytes) : "";
    return readable_bytes(sent) + of + " sent ... ";
  };
  const Progress progress(shell, "importing " + name, tell);
  std::istream& in = options.from_input() ? shell.in : file;
  return client.post_stream(target, {in, bytes, sent});
}

Result<void> import(const Options& options, Shell& shell) {
  TRY(const Client client, connect(shell));
  TRY(const json::object made, send(options, client, shell));
  if (options.json) {
    shell.out << json::serialize(made) << '\n';
    return {};
  }
  tell_left_out(made, shell.err);
  TRY(const std::string id, need_string(made, "id"));
  shell.out << one_line(id) << "  " << one_line(find_string(made, "name").value_or("")) << '\n'
            << client.studio_url(one_line(id)) << '\n';
  return {};
}

}  // namespace

void add_import(CLI::App& app, Shell& shell, Selection& selection) {
  CLI::App* command = app.add_subcommand("import", kAbout);
  command->footer(kFooter);
  const auto options = std::make_shared<Options>();
  command->add_option("FILE", options->file, "the archive, or -")->required();
  command->add_option("NAME", options->name, "what people call the workspace [FILE's own]");
  command->add_flag("--json", options->json, "print the server's answer as JSON");
  command->callback([options, &shell, &selection] {
    selection.check = [options] { return check_import(*options); };
    selection.run = [options, &shell] { return import(*options, shell); };
  });
}

}  // namespace coditect::app
