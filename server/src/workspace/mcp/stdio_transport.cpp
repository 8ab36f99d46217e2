#include "workspace/mcp/stdio_transport.h"

#include "base/log.h"
#include "protocols/mcp/client/client_limits.h"
#include "tools/sandbox/bounded_output.h"
#include "workspace/mcp/mcp_limits.h"

namespace coditect::workspace {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kShownBytesMax = 200;

/// The call that an answer or a sign of progress is about; servers repeat numbers as text.
std::optional<std::int64_t> number_of(const json::value& id) {
  if (id.is_int64()) return id.get_int64();
  if (id.is_uint64()) return static_cast<std::int64_t>(id.get_uint64());
  if (!id.is_string()) return std::nullopt;
  const auto parsed = parse_json(id.get_string());
  if (!parsed || !parsed->is_int64()) return std::nullopt;
  return parsed->get_int64();
}

}  // namespace

awaitable<Result<std::unique_ptr<StdioTransport>>> StdioTransport::start(
    const Strand& strand, tools::PipedLauncher& launcher, BlockingPool& pool, tools::PipedSpec spec,
    mcp::Listener& listener) {
  CO_TRY(auto process,
         co_await agents::acp::AcpProcess::start(strand, launcher, pool, std::move(spec)));
  auto stream =
      agents::acp::LineStream::open(strand, process->take_stream(), mcp::limits::kMessageBytesMax);
  if (!stream) {
    process->kill();
    co_await process->end();
    co_return std::move(stream).error();
  }
  std::unique_ptr<StdioTransport> made(
      new StdioTransport(strand, std::move(process), *std::move(stream), listener));
  made->tasks_.spawn("reading what an MCP server says", made->read_all());
  made->tasks_.spawn("writing to an MCP server", made->write_all());
  co_return made;
}

StdioTransport::StdioTransport(const Strand& strand,
                               std::unique_ptr<agents::acp::AcpProcess> process,
                               std::unique_ptr<agents::acp::LineStream> stream,
                               mcp::Listener& listener)
    : strand_(strand),
      process_(std::move(process)),
      stream_(std::move(stream)),
      listener_(listener),
      changed_(std::make_shared<Notifier>(strand)),
      tasks_(strand, [](std::string_view task, const std::string& what) {
        spdlog::error("{} failed: {}", task, what);
      }) {}

awaitable<void> StdioTransport::close() {
  if (!over_) {
    over_ = true;
    stream_->end();
    changed_->notify_all();
    const auto deadline = SteadyClock::now() + limits::kMcpEndMax;
    while (!broken_ && SteadyClock::now() < deadline) co_await changed_->wait_until(deadline);
    if (!ending_) process_->kill();
  }
  stream_->close();
  co_await tasks_.join();
  co_await tasks_.close();
}

awaitable<void> StdioTransport::end(Error why) {
  over_ = ending_ = true;
  stream_->end();
  changed_->notify_all();
  // One that closed its output is about to end, and says why; any other is ended.
  const bool by_itself = why.code == Errc::kUnavailable;
  if (!by_itself) process_->kill();
  co_await process_->end();
  stream_->close();
  const std::string ending = process_->ending();
  if (!ending.empty()) why.message += " (" + ending + ")";
  if (process_->missing()) {
    why.hint =
        "the sandbox shows programs of the system, of the project at /workspace, and of the "
        "folders in `[mcp] programs` of coditect.toml";
  }
  why.code = Errc::kUnavailable;
  broken_ = std::move(why);
  changed_->notify_all();
}

awaitable<void> StdioTransport::read_all() {
  for (;;) {
    auto line = co_await stream_->read();
    if (!line) {
      co_await end(std::move(line).error());
      co_return;
    }
    if (!*line) {
      co_await end(unavailable("it closed its output"));
      co_return;
    }
    if (auto taken = take(**line); !taken) {
      co_await end(std::move(taken).error());
      co_return;
    }
  }
}

awaitable<void> StdioTransport::write_all() {
  while (!over_) {
    if (outbox_.empty()) {
      co_await changed_->wait();
      continue;
    }
    std::string line = std::move(outbox_.front());
    outbox_.pop_front();
    outbox_bytes_ -= line.size();
    // Where it cannot be written, reading ends too and says why.
    if (!co_await stream_->write(std::move(line))) co_return;
  }
}

Result<void> StdioTransport::send(const json::object& message) {
  if (broken_) return *broken_;
  if (over_) return unavailable("it ends");
  std::string line = json::serialize(message);
  if (outbox_.size() >= limits::kMcpOutboxMax ||
      outbox_bytes_ + line.size() > limits::kMcpOutboxBytesMax) {
    return Error{Errc::kLimit, "it does not read what it is told", {}};
  }
  outbox_bytes_ += line.size();
  outbox_.push_back(std::move(line));
  changed_->notify_all();
  return {};
}

void StdioTransport::hear(const mcp::Notification& notification) {
  if (notification.method == "notifications/progress") {
    const json::value* token = notification.params.if_contains("progressToken");
    const auto number = token == nullptr ? std::nullopt : number_of(*token);
    const auto call = number ? calls_.find(*number) : calls_.end();
    if (call != calls_.end()) call->second.watch->alive();
  }
  listener_.hear(notification);
}

Result<void> StdioTransport::take(const std::string& line) {
  if (over_ || line.find_first_not_of(" \t\r") == std::string::npos) return {};
  if (++unasked_ > limits::kMcpUnaskedMax) {
    return Error{Errc::kLimit, "it talks without end, and nobody asked", {}};
  }
  mcp::Message message = mcp::parse_message(line);
  if (const auto* notification = std::get_if<mcp::Notification>(&message)) {
    hear(*notification);
  } else if (const auto* request = std::get_if<mcp::Request>(&message)) {
    return send(listener_.answer(*request));
  } else if (auto* response = std::get_if<mcp::Response>(&message)) {
    const auto number = number_of(response->id);
    const auto call = number ? calls_.find(*number) : calls_.end();
    if (call == calls_.end()) return {};  // nobody waits for it any more
    call->second.response = std::move(*response);
    changed_->notify_all();
  } else if (++garbage_ >= mcp::limits::kGarbageLinesMax) {
    return Error{Errc::kInvalid,
                 "it printed " + std::to_string(garbage_) +
                     " lines that are no messages of the protocol, the last one: " +
                     tools::truncate_middle(line, kShownBytesMax),
                 "is this the command of a server that speaks MCP over stdio?"};
  }
  return {};
}

awaitable<Result<mcp::Response>> StdioTransport::ask(mcp::Outgoing request, std::stop_token stop) {
  if (broken_) co_return *broken_;
  const std::int64_t id = request.id;
  auto wake = [weak = std::weak_ptr(changed_)] {
    if (const auto changed = weak.lock()) changed->notify_all();
  };
  mcp::CallWatch watch(strand_, request.time, std::move(stop), std::move(wake));
  json::object message{{"jsonrpc", "2.0"},
                       {"id", id},
                       {"method", request.method},
                       {"params", std::move(request.params)}};
  CO_TRY_VOID(send(message));
  unasked_ = 0;
  calls_[id] = {{}, &watch};
  while (!calls_[id].response && !broken_ && !watch.over()) co_await changed_->wait();
  std::optional<mcp::Response> response = std::move(calls_[id].response);
  calls_.erase(id);
  if (response) co_return *std::move(response);
  if (broken_) co_return *broken_;
  json::object params{{"requestId", id}, {"reason", "the caller gave up"}};
  // One that is about to end need not be told.
  (void)send(mcp::notification_message("notifications/cancelled", std::move(params))).ok();
  co_return *watch.over();
}

awaitable<Result<void>> StdioTransport::tell(std::string method, json::object params) {
  co_return send(mcp::notification_message(method, std::move(params)));
}

}  // namespace coditect::workspace
