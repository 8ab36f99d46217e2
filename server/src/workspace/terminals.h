#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "async/async_mutex.h"
#include "async/blocking_pool.h"
#include "async/notifier.h"
#include "async/task_group.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/random.h"
#include "tools/sandbox/terminal.h"
#include "workspace/preview_hub.h"

namespace coditect::workspace {

/// The terminals that people have open in a workspace. What they show is a preview, not an event;
/// what is done in them to files is logged as those changes are.
///
/// Threads:    the workspace's strand.
/// Lifetime:   its parts outlive it. Await close() before destroying it.
/// Invariants: at most limits::kTerminalsMax, those being opened or ended included. After
///             terminal.exit no process of that terminal is left.
/// Errors:     Errc::kNotFound for a terminal that has ended.
class Terminals {
 public:
  struct Parts {
    tools::TerminalLauncher& launcher;
    PreviewHub& previews;
    BlockingPool& pool;  ///< starts and joins processes
    const Clock& clock;
    Random& random;
    std::filesystem::path project_root;
  };

  Terminals(Strand strand, Parts parts);
  ~Terminals();

  /// Starts a shell, or `command`. The new terminal's id.
  awaitable<Result<std::string>> open(tools::TerminalSize size, std::optional<std::string> command);
  /// Types `text`. Errc::kLimit when the program does not read it; part of it may then be typed.
  awaitable<Result<void>> write(std::string id, std::string text);
  Result<void> resize(const std::string& id, tools::TerminalSize size);
  /// Ends the terminal and everything that was started in it, and returns when all of that is gone.
  awaitable<Result<void>> end(std::string id);
  /// [{id, cols, rows, scrollback}], the oldest first.
  json::array list() const;
  std::size_t size() const { return terminals_.size(); }

  /// Ends those that nothing was typed at and that showed nothing for limits::kTerminalIdleMax.
  void end_idle();
  /// Ends all of them and waits for that; open() refuses afterwards.
  awaitable<void> close();

 private:
  struct Terminal;

  Result<std::shared_ptr<Terminal>> find(const std::string& id) const;
  awaitable<void> follow(std::shared_ptr<Terminal> terminal);
  awaitable<void> watch_idle();
  void show(Terminal& terminal, std::string text);

  // Constant after construction.
  const Strand strand_;
  const Parts parts_;

  // Touched only on strand_.
  std::map<std::string, std::shared_ptr<Terminal>> terminals_;
  std::uint64_t opened_ = 0;
  bool closing_ = false;
  bool watching_idle_ = false;
  Notifier changed_;  ///< a terminal is gone
  TaskGroup background_;
};

}  // namespace coditect::workspace
