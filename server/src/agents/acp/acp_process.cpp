#include "agents/acp/acp_process.h"

#include <boost/asio/post.hpp>

#include <chrono>
#include <utility>

#include "agents/acp/acp_limits.h"

namespace coditect::agents::acp {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kComplaintBytesMax = 2'000;
/// What a shell answers where there is no such program.
constexpr int kNoSuchProgram = 127;

/// The end of what a program wrote to its standard error, without the lines that are empty.
std::string end_of(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  if (text.size() <= kComplaintBytesMax) return text;
  std::size_t from = text.size() - kComplaintBytesMax;
  while (from < text.size() && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80) ++from;
  return "…" + text.substr(from);
}

}  // namespace

awaitable<Result<std::unique_ptr<AcpProcess>>> AcpProcess::start(const Strand& strand,
                                                                 tools::PipedLauncher& launcher,
                                                                 BlockingPool& pool,
                                                                 tools::PipedSpec spec) {
  auto state = std::make_shared<State>(strand);
  spec.on_exit = [state, strand](Result<tools::CommandResult> end) {
    asio::post(strand, [state, end = std::move(end)]() mutable {
      state->end = std::move(end);
      state->changed.notify_all();
    });
  };
  auto begin = [&launcher, &spec] { return launcher.start(std::move(spec)); };
  CO_TRY(std::unique_ptr<tools::PipedProcess> process, co_await pool.run(std::move(begin)));
  co_return std::unique_ptr<AcpProcess>(new AcpProcess(pool, std::move(state), std::move(process)));
}

void AcpProcess::kill() { process_->stop(); }

awaitable<void> AcpProcess::end() {
  const auto deadline = SteadyClock::now() + limits::kAcpEndMax;
  while (!state_->end && SteadyClock::now() < deadline) {
    co_await state_->changed.wait_until(deadline);
  }
  process_->stop();
  while (!state_->end) co_await state_->changed.wait();
  auto join = [process = std::shared_ptr(std::move(process_))]() mutable { process.reset(); };
  co_await pool_.run(std::move(join));
}

std::string AcpProcess::ending() const {
  if (!state_->end) return {};
  if (!*state_->end) return state_->end->error().message;
  const tools::CommandResult& end = **state_->end;
  std::string text;
  switch (end.end) {
    case tools::CommandEnd::kExited:
      text = end.signal == 0 ? "exit code " + std::to_string(end.exit_code)
                             : "ended by signal " + std::to_string(end.signal);
      break;
    case tools::CommandEnd::kTimedOut: text = "ended at its time limit"; break;
    case tools::CommandEnd::kDiskLimit: text = "ended at the disk limit: " + end.disk_limit; break;
    case tools::CommandEnd::kStopped: break;
  }
  if (end.out_of_memory) text += ", out of memory";
  const std::string complaint = end_of(end.output);
  if (complaint.empty()) return text;
  return text + (text.empty() ? "" : "; ") + "it wrote: " + complaint;
}

bool AcpProcess::missing() const {
  if (!state_->end) return false;
  return *state_->end && (**state_->end).end == tools::CommandEnd::kExited &&
         (**state_->end).exit_code == kNoSuchProgram;
}

}  // namespace coditect::agents::acp
