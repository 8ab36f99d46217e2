#include "tools/git_arguments.h"

#include <algorithm>
#include <span>
#include <string_view>

namespace coditect::tools {

namespace {

struct Subcommand {
  std::string_view name;
  GitEffect effect;
};

constexpr Subcommand kSubcommands[] = {
    {"status", GitEffect::kReads},   {"diff", GitEffect::kReads},
    {"log", GitEffect::kReads},      {"show", GitEffect::kReads},
    {"blame", GitEffect::kReads},    {"grep", GitEffect::kReads},
    {"ls-files", GitEffect::kReads}, {"rev-parse", GitEffect::kReads},
    {"shortlog", GitEffect::kReads}, {"branch", GitEffect::kWrites},
    {"add", GitEffect::kWrites},     {"commit", GitEffect::kWrites},
};

/// `argument` is the option, also with "=value" behind it or shortened as git allows.
bool is_option(std::string_view argument, std::string_view option) {
  const std::string_view name = argument.substr(0, argument.find('='));
  if (!option.starts_with("--")) return argument.starts_with(option);
  return name.size() > 3 && option.starts_with(name);
}

Result<void> refuse(std::span<const std::string> arguments,
                    std::initializer_list<std::string_view> options, std::string_view why) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--") break;
    if (i > 0 && arguments[i - 1] == "-m") continue;  // a message may begin with anything
    for (const std::string_view option : options) {
      if (is_option(argument, option)) {
        return Error{Errc::kDenied, "`" + argument + "` is not allowed here", std::string(why)};
      }
    }
  }
  return {};
}

Result<void> check_add(std::span<const std::string> arguments) {
  constexpr std::string_view kWhy =
      "name the files that you changed: other agents work in the same tree";
  for (const std::string& argument : arguments) {
    const bool everything = argument == "." || argument == "./" || argument == "*" ||
                            argument == ":/" || argument.starts_with(":");
    if (everything || is_option(argument, "--all") || is_option(argument, "--update") ||
        is_option(argument, "--no-ignore-removal") || is_option(argument, "-A") ||
        is_option(argument, "-u")) {
      return Error{Errc::kDenied, "`git add " + argument + "` is not allowed", std::string(kWhy)};
    }
  }
  return refuse(arguments,
                {"-i", "-p", "-e", "--interactive", "--patch", "--edit", "--pathspec-from-file"},
                "nobody is there to answer questions; name the files");
}

Result<void> check_commit(std::span<const std::string> arguments) {
  TRY_VOID(refuse(arguments, {"-a", "-A", "--all", "--include", "-i"},
                  "it would commit other agents' files too: `add` your own by name first"));
  TRY_VOID(refuse(arguments, {"--amend", "--fixup", "--squash"},
                  "history is shared and is not rewritten; make a new commit"));
  TRY_VOID(refuse(arguments,
                  {"-e", "-p", "--edit", "--patch", "--interactive", "-c", "-C", "--reedit-message",
                   "--author"},
                  "give the message with -m"));
  const bool message = std::ranges::any_of(arguments, [](const std::string& argument) {
    return argument.starts_with("-m") || argument.starts_with("--message") ||
           argument.starts_with("-F") || argument == "--dry-run";
  });
  if (!message) return invalid("a commit needs a message", "add \"-m\", \"the message\"");
  return {};
}

Result<void> check_branch(std::span<const std::string> arguments) {
  return refuse(arguments,
                {"-d", "-D", "-m", "-M", "-c", "-C", "-f", "-u", "--delete", "--move", "--copy",
                 "--force", "--set-upstream-to", "--unset-upstream", "--edit-description"},
                "branches can be listed and created, not changed: others may be using them");
}

}  // namespace

Result<GitEffect> check_git_arguments(const std::vector<std::string>& args) {
  if (args.empty()) return invalid("there is no subcommand", R"(for example ["status"])");
  const std::string& name = args.front();
  const auto known = std::ranges::find(kSubcommands, name, &Subcommand::name);
  if (known == std::end(kSubcommands)) {
    std::string names;
    for (const Subcommand& each : kSubcommands) {
      names += (names.empty() ? "" : ", ") + std::string(each.name);
    }
    return Error{Errc::kDenied, "`git " + name + "` is not offered", "offered are: " + names};
  }
  const auto rest = std::span(args).subspan(1);
  if (name == "add") TRY_VOID(check_add(rest));
  if (name == "commit") TRY_VOID(check_commit(rest));
  if (name == "branch") TRY_VOID(check_branch(rest));
  if (known->effect == GitEffect::kReads) {
    TRY_VOID(refuse(rest, {"--output"}, "it would write a file; the answer is shown to you"));
  }
  return known->effect;
}

}  // namespace coditect::tools
