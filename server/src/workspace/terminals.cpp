#include "workspace/terminals.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "base/limits.h"
#include "base/log.h"
#include "tools/network_note.h"
#include "tools/sandbox/utf8_chunks.h"
#include "workspace/terminal_output.h"

namespace coditect::workspace {

namespace {

constexpr std::chrono::milliseconds kRetryInput{10};
constexpr std::chrono::minutes kIdleCheck{1};

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0u) == 0x80u; }

/// The end of what was shown, cut between characters.
std::string_view newest(std::string_view shown) {
  if (shown.size() <= limits::kTerminalScrollbackBytes) return shown;
  shown.remove_prefix(shown.size() - limits::kTerminalScrollbackBytes);
  while (!shown.empty() && is_continuation(shown.front())) shown.remove_prefix(1);
  return shown;
}

json::object exit_of(const std::string& id, const Result<tools::CommandResult>& end) {
  if (!end) return {{"id", id}, {"exit_code", -1}, {"error", end.error().message}};
  json::object exit{{"id", id}, {"exit_code", end->exit_code}};
  if (!end->visits.empty()) exit["network"] = tools::visits_json(end->visits);
  return exit;
}

}  // namespace

/// One terminal, from the request for it until its last process is gone.
struct Terminals::Terminal {
  Terminal(const Strand& strand, std::string name, std::uint64_t number)
      : id(std::move(name)), order(number), keyboard(strand), ready(strand) {}

  const std::string id;
  const std::uint64_t order;
  tools::TerminalSize size = {};
  std::shared_ptr<TerminalOutput> output;
  std::unique_ptr<tools::TerminalProcess> process;  ///< null while it starts and once it has ended
  tools::Utf8Chunks characters;
  std::string shown;  ///< newest() of it counts; at most twice as long
  SteadyTime last_active{};
  AsyncMutex keyboard;  ///< what two people type is not mixed within one write
  Notifier ready;
};

Terminals::Terminals(Strand strand, Parts parts)
    : strand_(strand),
      parts_(std::move(parts)),
      changed_(strand),
      background_(strand, [](std::string_view task, const std::string& what) {
        spdlog::error("{} failed: {}", task, what);
      }) {}

Terminals::~Terminals() { check(terminals_.empty(), "await close() first"); }

awaitable<Result<std::string>> Terminals::open(tools::TerminalSize size,
                                               std::optional<std::string> command) {
  if (closing_) co_return unavailable("the workspace is going to sleep", "try again");
  if (terminals_.size() >= limits::kTerminalsMax) {
    co_return Error{Errc::kLimit,
                    "there are " + std::to_string(limits::kTerminalsMax) + " terminals already",
                    "close one of them"};
  }
  auto terminal = std::make_shared<Terminal>(strand_, parts_.random.id("term_"), ++opened_);
  terminal->size = size;
  terminal->last_active = parts_.clock.steady();
  std::function<void()> on_ready = [strand = strand_, weak = std::weak_ptr(terminal)] {
    asio::post(strand, [weak] {
      if (const auto alive = weak.lock()) alive->ready.notify_all();
    });
  };
  terminal->output =
      std::make_shared<TerminalOutput>(limits::kTerminalOutputBytesMax, std::move(on_ready));
  terminals_.emplace(terminal->id, terminal);

  tools::TerminalSpec spec;
  spec.argv = command ? tools::terminal_command(*std::move(command)) : tools::terminal_shell();
  spec.project_root = parts_.project_root;
  spec.size = size;
  spec.on_output = [output = terminal->output](std::string_view chunk,
                                               const std::stop_token& stop) {
    output->append(chunk, stop);
  };
  spec.on_exit = [output = terminal->output](Result<tools::CommandResult> end) {
    output->finish(std::move(end));
  };
  auto start = [&launcher = parts_.launcher, spec = std::move(spec)]() mutable {
    return launcher.start(std::move(spec));
  };
  auto started = co_await parts_.pool.run(std::move(start));
  if (!started) {
    terminals_.erase(terminal->id);
    changed_.notify_all();
    co_return std::move(started).error();
  }
  terminal->process = *std::move(started);
  if (closing_) terminal->process->stop();
  background_.spawn("following a terminal", follow(terminal));
  if (!watching_idle_ && !closing_) {
    watching_idle_ = true;
    background_.spawn("watching for idle terminals", watch_idle());
  }
  co_return terminal->id;
}

awaitable<void> Terminals::follow(std::shared_ptr<Terminal> terminal) {
  asio::steady_timer pause(strand_);
  std::optional<Result<tools::CommandResult>> end;
  while (true) {
    std::string bytes = terminal->output->take();
    if (!bytes.empty()) {
      show(*terminal, terminal->characters.next(bytes));
      // A flood would otherwise keep the strand from everybody else's work.
      pause.expires_after(limits::kTerminalOutputPause);
      co_await pause.async_wait(asio::use_awaitable);
      continue;
    }
    end = terminal->output->end();
    if (end) break;
    co_await terminal->ready.wait();
  }
  show(*terminal, terminal->characters.finish());
  auto join = [process = std::move(terminal->process)]() mutable { process.reset(); };
  co_await parts_.pool.run(std::move(join));
  parts_.previews.publish("terminal.exit", exit_of(terminal->id, *end));
  terminals_.erase(terminal->id);
  changed_.notify_all();
}

void Terminals::show(Terminal& terminal, std::string text) {
  if (text.empty()) return;
  terminal.last_active = parts_.clock.steady();
  terminal.shown += text;
  // Dropping the old only when it is as much as the kept makes the cost linear.
  if (terminal.shown.size() > 2 * limits::kTerminalScrollbackBytes) {
    terminal.shown = std::string(newest(terminal.shown));
  }
  parts_.previews.publish("terminal.output", {{"id", terminal.id}, {"text", std::move(text)}});
}

Result<std::shared_ptr<Terminals::Terminal>> Terminals::find(const std::string& id) const {
  const auto place = terminals_.find(id);
  if (place == terminals_.end() || place->second->process == nullptr) {
    return not_found("there is no terminal '" + id + "'", "terminal.list says which are open");
  }
  return place->second;
}

awaitable<Result<void>> Terminals::write(std::string id, std::string text) {
  if (text.size() > limits::kTerminalWriteBytesMax) {
    co_return Error{Errc::kLimit, "that is too much to type at once",
                    "write it in pieces, or make a file of it"};
  }
  CO_TRY(const std::shared_ptr<Terminal> terminal, find(id));
  const AsyncMutex::Guard turn = co_await terminal->keyboard.lock();
  asio::steady_timer retry(strand_);
  const auto deadline = std::chrono::steady_clock::now() + limits::kTerminalWriteTimeMax;
  for (std::string_view rest = text; !rest.empty();) {
    // It may have ended while this waited.
    CO_TRY_VOID(find(id));
    CO_TRY(const std::size_t taken, terminal->process->write(rest));
    rest.remove_prefix(taken);
    terminal->last_active = parts_.clock.steady();
    if (taken > 0) continue;
    if (std::chrono::steady_clock::now() >= deadline) {
      const std::string typed = std::to_string(text.size() - rest.size());
      co_return Error{Errc::kLimit,
                      "the program in the terminal does not read what is typed; it has " + typed +
                          " bytes of this",
                      "interrupt it, or type the rest later"};
    }
    retry.expires_after(kRetryInput);
    co_await retry.async_wait(asio::use_awaitable);
  }
  co_return Result<void>{};
}

Result<void> Terminals::resize(const std::string& id, tools::TerminalSize size) {
  TRY(const std::shared_ptr<Terminal> terminal, find(id));
  TRY_VOID(terminal->process->resize(size));
  terminal->size = size;
  return {};
}

awaitable<Result<void>> Terminals::end(std::string id) {
  CO_TRY(const std::shared_ptr<Terminal> terminal, find(id));
  terminal->process->stop();
  while (terminals_.contains(id)) co_await changed_.wait();
  co_return Result<void>{};
}

json::array Terminals::list() const {
  std::vector<const Terminal*> open;
  for (const auto& [id, terminal] : terminals_) {
    if (terminal->process) open.push_back(terminal.get());
  }
  std::ranges::sort(open, {}, &Terminal::order);
  json::array listed;
  for (const Terminal* terminal : open) {
    listed.push_back({{"id", terminal->id},
                      {"cols", terminal->size.columns},
                      {"rows", terminal->size.rows},
                      {"scrollback", newest(terminal->shown)}});
  }
  return listed;
}

void Terminals::end_idle() {
  const SteadyTime since = parts_.clock.steady() - limits::kTerminalIdleMax;
  for (const auto& [id, terminal] : terminals_) {
    if (terminal->process && terminal->last_active <= since) terminal->process->stop();
  }
}

awaitable<void> Terminals::watch_idle() {
  const auto step = std::chrono::duration_cast<std::chrono::steady_clock::duration>(kIdleCheck);
  while (!terminals_.empty() && !closing_) {
    co_await changed_.wait_until(std::chrono::steady_clock::now() + step);
    end_idle();
  }
  watching_idle_ = false;
}

awaitable<void> Terminals::close() {
  closing_ = true;
  for (const auto& [id, terminal] : terminals_) {
    if (terminal->process) terminal->process->stop();
  }
  // Those that are just being started are stopped by open().
  while (!terminals_.empty()) co_await changed_.wait();
  changed_.notify_all();
  co_await background_.close();
}

}  // namespace coditect::workspace
