#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "async/strand.h"
#include "base/json.h"
#include "base/result.h"
#include "base/strong_id.h"
#include "coordination/approvals/rule.h"
#include "tools/sandbox/command.h"

namespace coditect::tools {

class FurtherTools;

/// Who calls a tool.
struct Caller {
  std::string agent;
  TaskId task;

  std::string actor() const { return "agent:" + agent; }
};

enum class EntryKind { kFile, kFolder, kLink };

struct FileEntry {
  std::string path;  ///< relative to the project, with '/', no '/' at either end
  EntryKind kind = EntryKind::kFile;
  std::uint64_t size_bytes = 0;
};

struct FileText {
  std::string text;
  Sequence version = 0;
};

struct Written {
  Sequence version = 0;
  Sequence seq = 0;
};

/// A file as it stands while its write lock is held, and as the caller knows it.
struct CurrentFile {
  /// A version of the file and, where it is still held, its text.
  struct Known {
    Sequence version = 0;
    std::optional<std::string> text;
  };
  std::optional<std::string> text;  ///< nothing when there is no such file
  Sequence version = 0;             ///< 0 when there is no such file
  std::string changed_by;           ///< the actor of `version`; "" when that is not known
  /// What the caller has last read or written in this task. Nothing when it never did, or when
  /// what it last saw is that there is no such file.
  std::optional<Known> seen;
  /// The file when the caller's task began; nothing when there was none.
  std::optional<Known> at_task_start;
};

/// How a command of a caller is run.
struct CommandScope {
  std::uint64_t id = 0;  ///< the host's own, to find it again in end_command()
  /// `time` is the most that the caller may ask for.
  CommandLimits limits{.time = ::coditect::limits::kCommandTimeMax};
  /// Hears what the command prints; see CommandSpec::on_output.
  std::function<void(std::string_view chunk)> on_output;
  /// What it may not change: what others have locked. See CommandSpec::read_only.
  std::shared_ptr<ReadOnlyPaths> read_only;
};

/// What a command has changed in the project.
struct CommandChanges {
  std::vector<std::string> paths = {};
  /// "PATH (HOLDER)" of what it changed though another one had locked it; it is as it was before.
  std::vector<std::string> put_back = {};
  /// "PATH (HOLDER)" of what it could not change while it ran.
  std::vector<std::string> held = {};
};

/// What the tools need of a workspace. Paths are normalised: relative, no "." or "..", "" for the
/// project itself. The host still resolves symbolic links inside the project only.
///
/// Threads: called on the caller's executor; the host goes to its own strand by itself.
/// Errors:  as a model can act on them: the message is shown to it.
class ToolHost {
 public:
  virtual ~ToolHost() = default;

  /// What may be called beside the built-in tools; null: nothing.
  virtual FurtherTools* further_tools() { return nullptr; }

  /// Before every call of a tool: returns where the workspace's rules or a person allow it, waiting
  /// for that person until `stop`. Errc::kDenied, with why, where they do not. `input` is shown to
  /// the person.
  virtual awaitable<Result<void>> approve(Caller caller, approvals::Intent intent,
                                          json::object input, std::stop_token stop) = 0;

  /// What is below `path`, at most `depth` levels (1: its own entries), in order of path.
  virtual awaitable<Result<std::vector<FileEntry>>> list(Caller caller, std::string path,
                                                         int depth) = 0;
  /// Remembers that the caller has seen this version, or that there is no such file
  /// (Errc::kNotFound).
  virtual awaitable<Result<FileText>> read(Caller caller, std::string path) = 0;

  using Edit = std::function<Result<std::string>(const CurrentFile&)>;
  /// Takes the file's write lock, waiting its turn until `stop`; calls `edit` exactly once, on any
  /// thread; writes the text it returns, creating the file and its folders where they are missing,
  /// and remembers that the caller has seen it; releases the lock. When `edit` returns an Error
  /// nothing is written and the Error is returned as it is.
  virtual awaitable<Result<Written>> change(Caller caller, std::string path, Edit edit,
                                            std::stop_token stop) = 0;

  /// Takes a write lock that the caller keeps until unlock() or its task's end, waiting its turn
  /// until `stop`. `path` is a file, a folder that ends with '/', or a glob. What it answers is
  /// shown to the model.
  virtual awaitable<Result<std::string>> lock(Caller caller, std::string path,
                                              std::stop_token stop) = 0;
  /// Errc::kNotFound, with what it holds, where the caller took no such lock.
  virtual awaitable<Result<std::string>> unlock(Caller caller, std::string path) = 0;

  /// What each returns is shown to the model: a string as it is, anything else as JSON.
  virtual awaitable<Result<json::value>> send_message(Caller caller, std::vector<std::string> to,
                                                      std::string text) = 0;
  virtual awaitable<Result<json::value>> read_messages(Caller caller) = 0;
  virtual awaitable<Result<json::value>> delegate(Caller caller, std::string agent,
                                                  std::string prompt, std::stop_token stop) = 0;

  /// What was said and done in the workspace that holds the words of `query`:
  /// {log: [{seq, ts, type, actor, task?, path?, tool?, excerpt}], truncated}.
  virtual awaitable<Result<json::value>> search_log(Caller caller, std::string query,
                                                    std::size_t limit) = 0;
  /// Passages of the project's files that are about what `query` says:
  /// {mode, matches: [{path, from_line, to_line, text, score}], note?, index?}.
  virtual awaitable<Result<json::value>> search_meaning(Caller caller, std::string query,
                                                        std::size_t limit,
                                                        std::stop_token stop) = 0;

  /// Keeps what an answer left out for as long as the caller's task lasts; the oldest goes where
  /// that is too much. Returns the name under which kept_output() finds it: the same for the same
  /// text, so that doing the same twice answers the same; "" for a caller without a task.
  virtual awaitable<std::string> keep_output(Caller caller, std::string text) = 0;
  /// Errc::kNotFound where it is not kept any more, with why.
  virtual awaitable<Result<std::string>> kept_output(Caller caller, std::string id) = 0;

  /// The folder that the caller's commands see; absolute.
  virtual std::filesystem::path project_root(const Caller& caller) const = 0;
  /// The values of the workspace's secrets of these names, for one command that approve() let
  /// through with them. Errc::kNotFound names the first that is not there.
  virtual awaitable<Result<std::vector<Secret>>> secrets(Caller caller,
                                                         std::vector<std::string> names) = 0;
  /// Before a command that may change the project: refuses it, or says how to run it. `command` is
  /// for people.
  virtual awaitable<Result<CommandScope>> begin_command(Caller caller, std::string command,
                                                        std::stop_token stop) = 0;
  /// After it, also when it could not be run (`result` is null then): records what it changed as
  /// the caller's. Called exactly once for each begin_command() that succeeded.
  virtual awaitable<CommandChanges> end_command(Caller caller, std::uint64_t scope,
                                                const CommandResult* result) = 0;
};

}  // namespace coditect::tools
