#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "providers/provider.h"
#include "tools/sandbox/command.h"

namespace coditect::workspace::schedules {

/// The files that everybody works on. Each ends with kEnd, before which lines are added.
inline const std::vector<std::string> kShared{"a.txt", "b.txt", "d/a.txt", "d/b.txt"};
inline constexpr std::string_view kEnd = "[end]\n";

/// Lines that are written nowhere else: whoever overwrites somebody's change takes one away.
///
/// Threads: any.
class Markers {
 public:
  std::string next(std::string_view who) {
    return std::string(who) + " " + std::to_string(++last_) + "\n";
  }

 private:
  std::atomic<std::uint64_t> last_ = 0;
};

/// A model that edits, looks, runs commands, fails and breaks down as it is drawn.
///
/// Threads: the workspace's strand.
class DrawnModel final : public providers::Provider {
 public:
  using Answer = providers::ProviderResult<providers::ModelAnswer>;

  DrawnModel(std::string agent, Markers& markers) : agent_(std::move(agent)), markers_(markers) {}

  /// What follows is drawn from `seed`.
  void begin(std::uint64_t seed) { random_ = SeededRandom(seed); }

  providers::ProviderKind kind() const override { return providers::ProviderKind::kAnthropic; }
  awaitable<Answer> call(providers::ModelRequest request, providers::StreamListener&,
                         std::stop_token stop) override {
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    using Kind = providers::ProviderError::Kind;
    if (stop.stop_requested()) co_return providers::provider_error(Kind::kCancelled, "stopped");
    constexpr std::size_t kTurnsMax = 9;
    if (request.turns.size() > kTurnsMax || draw(100) < 15) co_return said("done");
    if (draw(100) < 4) co_return providers::provider_error(Kind::kServer, "it is down");
    providers::ModelAnswer answer;
    const std::uint64_t calls = draw(100) < 15 ? 2 : 1;
    for (std::uint64_t call = 0; call < calls; ++call) answer.turn.blocks.push_back(tool());
    answer.stop = providers::StopReason::kToolUse;
    co_return answer;
  }

 private:
  std::uint64_t draw(std::uint64_t below) { return random_.below(below); }
  static providers::ModelAnswer said(std::string text) {
    providers::ModelAnswer answer;
    answer.turn.blocks.push_back(providers::TextBlock{std::move(text), {}});
    return answer;
  }
  providers::ToolCall tool() {
    const std::string path = kShared[draw(kShared.size())];
    const std::uint64_t kind = draw(100);
    if (kind < 12) return {"call", "read_file", {{"path", path}}};
    if (kind < 22) return {"call", "run_command", {{"command", "append " + path}}};
    if (kind < 25) return {"call", "read_messages", json::object()};
    if (kind < 33) return {"call", "lock_files", {{"path", draw(4) == 0 ? "d/" : path}}};
    if (kind < 36) return {"call", "unlock_files", {{"path", path}}};
    json::object edit{{"path", path}, {"old", kEnd}};
    edit["new"] = markers_.next(agent_) + std::string(kEnd);
    return {"call", "edit_file", std::move(edit)};
  }

  const std::string agent_;
  Markers& markers_;
  SeededRandom random_{0};
};

/// Commands that go past every lock: each adds a line to the file that it names, and makes one.
///
/// Threads: any.
class DrawnCommands final : public tools::CommandRunner {
 public:
  explicit DrawnCommands(Markers& markers) : markers_(markers) {}

  Result<tools::CommandResult> run(const tools::CommandSpec& spec) override {
    const std::string& line = spec.argv.back();
    const std::string path = line.substr(line.rfind(' ') + 1);
    std::string name = markers_.next("command");
    std::ofstream(spec.project_root / path, std::ios::app) << name;
    name.pop_back();
    std::ranges::replace(name, ' ', '_');
    std::filesystem::create_directories(spec.project_root / "built");
    std::ofstream(spec.project_root / "built" / name) << name;
    return tools::CommandResult{};
  }
  const std::string& description() const override { return description_; }

 private:
  Markers& markers_;
  std::string description_ = "drawn";
};

}  // namespace coditect::workspace::schedules
