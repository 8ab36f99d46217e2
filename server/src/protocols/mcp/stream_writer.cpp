#include "protocols/mcp/stream_writer.h"

#include "async/task_group.h"
#include "base/log.h"
#include "protocols/mcp/limits.h"

namespace coditect::mcp {

namespace {

void log_failure(std::string_view task, const std::string& what) {
  spdlog::error("mcp: {} failed: {}", task, what);
}

}  // namespace

StreamWriter::StreamWriter(Server& server, const Server::Accepted& accepted,
                           net::ResponseStream& out)
    : server_(server), accepted_(accepted), out_(out), after_(accepted.after) {}

awaitable<std::optional<net::Response>> StreamWriter::run(Form form) {
  reader_ = co_await run_on(server_.strand(), attach_on_strand(accepted_.stream));
  TaskGroup watching(out_.strand(), log_failure);
  watching.spawn("watch for a client that leaves", watch_client());
  std::optional<net::Response> alone = co_await write_all(form);
  co_await watching.close();
  co_await run_on(server_.strand(), detach_on_strand(accepted_.stream, reader_));
  co_return alone;
}

awaitable<std::optional<net::Response>> StreamWriter::write_all(Form form) {
  bool sent = true;
  bool answered = false;
  if (form == Form::kEvents) sent = static_cast<bool>(co_await start());
  while (sent) {
    const auto patience = started_ ? limits::kKeepAlive : limits::kQuietMax;
    const Next next =
        co_await run_on(server_.strand(), accepted_.stream->next(reader_, after_, patience));
    if (next.what == Next::What::kEnd || out_.peer_closed()) break;
    after_ = next.what == Next::What::kItem ? next.item.number : after_;
    answered = next.what == Next::What::kItem && next.item.last;
    if (answered && !started_) {
      if (accepted_.delivered) {
        co_await run_on(server_.strand(), deliver_on_strand(accepted_.delivered));
      }
      net::Response response{
          next.item.status, {{"Content-Type", "application/json"}}, next.item.text};
      co_return response;
    }
    if (!started_) sent = static_cast<bool>(co_await start());
    if (sent) sent = static_cast<bool>(co_await out_.write(event_of(next)));
    if (answered) break;
  }
  if (!started_) sent = static_cast<bool>(co_await start());
  if (!sent || out_.peer_closed()) {
    out_.abort();
    co_return std::nullopt;
  }
  sent = static_cast<bool>(co_await out_.finish());
  if (sent && answered && accepted_.delivered) {
    co_await run_on(server_.strand(), deliver_on_strand(accepted_.delivered));
  }
  co_return std::nullopt;
}

awaitable<void> StreamWriter::watch_client() {
  co_await out_.wait_peer_closed();
  if (out_.peer_closed()) {
    co_await run_on(server_.strand(), detach_on_strand(accepted_.stream, reader_));
  }
}

awaitable<std::uint64_t> StreamWriter::attach_on_strand(std::shared_ptr<ReplyStream> stream) {
  co_return stream->attach();
}

awaitable<void> StreamWriter::detach_on_strand(std::shared_ptr<ReplyStream> stream,
                                               std::uint64_t reader) {
  stream->detach(reader);
  co_return;
}

awaitable<void> StreamWriter::deliver_on_strand(std::function<void()> delivered) {
  delivered();
  co_return;
}

awaitable<Result<void>> StreamWriter::start() {
  started_ = true;
  net::Headers headers{{"Content-Type", "text/event-stream"},
                       {"Cache-Control", "no-cache"},
                       {"X-Accel-Buffering", "no"},
                       {"X-Content-Type-Options", "nosniff"}};
  CO_TRY_VOID(co_await out_.start(200, std::move(headers)));
  if (!accepted_.primed) co_return Result<void>();
  // A client that loses the connection before the first message knows where to go on.
  std::string first = "id: " + accepted_.stream->id() + "_" + std::to_string(after_) +
                      "\nretry: " + std::to_string(limits::kRetryMs) + "\ndata: \n\n";
  co_return co_await out_.write(std::move(first));
}

std::string StreamWriter::event_of(const Next& next) const {
  if (next.what == Next::What::kQuiet) return ":\n\n";
  std::string event;
  if (accepted_.primed) {
    event = "id: " + accepted_.stream->id() + "_" + std::to_string(next.item.number) + "\n";
  }
  return event + "data: " + next.item.text + "\n\n";
}

}  // namespace coditect::mcp
