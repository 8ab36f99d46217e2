#include "api/websocket/socket_session.h"

#include <boost/asio/post.hpp>

#include "api/rpc/attachment.h"
#include "api/rpc/params.h"
#include "base/limits.h"
#include "base/log.h"
#include "workspace/live/live_documents.h"
#include "workspace/live/presence.h"

namespace coditect::api {

namespace {

constexpr std::size_t kEventsPerRead = 256;
constexpr std::int64_t kPaceMsMax = 1000;

std::string event_message(const std::string& line) {
  return R"({"jsonrpc":"2.0","method":"event","params":{"event":)" + line + "}}";
}

awaitable<Result<json::value>> describe_to_subscriber(workspace::Workspace& workspace,
                                                      Caller caller) {
  if (workspace.previews().size() >= limits::kSubscribersMax) {
    co_return Error{Errc::kLimit, "too many clients are attached to this workspace",
                    "close some of them, or read the log with timeline.range"};
  }
  co_return co_await attachment_when_durable(workspace, std::move(caller));
}

awaitable<void> show_presence(std::shared_ptr<workspace::Workspace> workspace, Caller caller) {
  workspace->presence().enter(caller.connection, caller.actor, to_string(caller.role));
  co_return;
}

/// Gives a connection its number.
Caller numbered(Caller caller) {
  static std::atomic<std::uint64_t> last = 0;
  caller.connection = ++last;
  return caller;
}

}  // namespace

SocketSession::SocketSession(net::WebSocket& socket, Dispatcher& dispatcher, WorkspaceId workspace,
                             Caller caller)
    : socket_(socket),
      dispatcher_(dispatcher),
      workspace_id_(std::move(workspace)),
      strand_(socket.strand()),
      caller_(numbered(std::move(caller))),
      outbox_(strand_, limits::kSubscriberQueueMax),
      wake_(strand_),
      room_(strand_),
      tasks_(strand_, [](std::string_view task, const std::string& what) {
        spdlog::error("a WebSocket's {} failed: {}", task, what);
      }) {}

awaitable<void> SocketSession::run(std::shared_ptr<SocketSession> self) {
  self->tasks_.spawn("writer", write_messages(self));
  co_await read_calls(self);
  self->gone_.request_stop();
  co_await self->detach();
  self->outbox_.clear();
  self->outbox_.close();
  self->open_ = false;
  self->wake_.notify_all();
  self->room_.notify_all();
  // Calls that change something are not interrupted; their answers have nowhere to go.
  co_await self->tasks_.join();
}

void SocketSession::show_out(const std::weak_ptr<SocketSession>& session) {
  const auto self = session.lock();
  if (!self) return;
  asio::post(self->strand_, [session] {
    const auto still = session.lock();
    if (!still || !still->open_) return;
    still->tasks_.spawn("goodbye", still->socket_.close(net::CloseCode::kPolicy, "let out"));
  });
}

void SocketSession::take_role(const std::weak_ptr<SocketSession>& session, Role role) {
  const auto self = session.lock();
  if (!self) return;
  asio::post(self->strand_, [session, role] {
    const auto still = session.lock();
    if (!still || !still->open_ || still->caller_.role == role) return;
    still->caller_.role = role;
    still->send(rpc_notification("you", you_json(still->caller_)));
    still->tasks_.spawn("role", show_role(still));
  });
}

/// To the others, who see each other's roles.
awaitable<void> SocketSession::show_role(std::shared_ptr<SocketSession> self) {
  const auto workspace = self->attached_;
  if (!workspace) co_return;
  co_await run_on(workspace->strand(), show_presence(workspace, self->caller_));
}

void SocketSession::hear(const std::weak_ptr<SocketSession>& session,
                         std::shared_ptr<const std::string> message) {
  const auto self = session.lock();
  if (!self) return;
  asio::post(self->strand_, [session, message = std::move(message)] {
    const auto still = session.lock();
    if (still && still->open_) still->send(*message);
  });
}

awaitable<void> SocketSession::read_calls(std::shared_ptr<SocketSession> self) {
  for (;;) {
    auto text = co_await self->socket_.read();
    if (!text) co_return;
    if (self->calls_under_way_ >= limits::kSocketCallsMax) {
      self->refuse(*text);
      continue;
    }
    ++self->calls_under_way_;
    self->tasks_.spawn("call", answer(self, *std::move(text)));
  }
}

awaitable<void> SocketSession::write_messages(std::shared_ptr<SocketSession> self) {
  while (auto message = co_await self->outbox_.pop()) {
    self->room_.notify_all();
    auto written = co_await self->socket_.write(*std::move(message));
    if (!written) co_return;
  }
}

void SocketSession::send(std::string message) {
  if (outbox_.push(std::move(message)) || !open_) return;
  // Only a client that asks without reading the answers gets here.
  tasks_.spawn("goodbye", socket_.close(net::CloseCode::kPolicy, "read what you ask for"));
}

awaitable<void> SocketSession::answer(std::shared_ptr<SocketSession> self, std::string text) {
  auto parsed = parse_rpc(text);
  if (auto* refused = std::get_if<json::object>(&parsed)) {
    self->send(json::serialize(*refused));
    --self->calls_under_way_;
    co_return;
  }
  auto& message = std::get<RpcMessage>(parsed);
  json::array responses;
  std::optional<Stream> stream;
  for (auto& each : message.calls) {
    if (auto* refused = std::get_if<RpcMessage::Refused>(&each)) {
      responses.push_back(std::move(refused->response));
      continue;
    }
    auto& call = std::get<RpcCall>(each);
    std::optional<json::object> response;
    if (call.method == "workspace.attach") {
      Attached attached = co_await self->attach(call);
      response = std::move(attached.response);
      if (attached.stream) stream = std::move(attached.stream);
    } else {
      response = co_await self->dispatcher_.call(self->workspace_id_, std::move(call),
                                                 self->caller_, self->gone_.get_token());
    }
    if (response) responses.push_back(*std::move(response));
  }
  self->send_responses(responses, message.batch);
  // The events follow the answer that says where they begin.
  if (stream && stream->resync) {
    self->send(rpc_notification("resync", {{"head", stream->after}}));
  }
  if (stream && self->open_) co_await self->begin_stream(*std::move(stream));
  --self->calls_under_way_;
}

/// Tells each call by its id: whoever waits for its answer learns why there is none.
void SocketSession::refuse(const std::string& text) {
  auto parsed = parse_rpc(text);
  if (const auto* refused = std::get_if<json::object>(&parsed)) {
    send(json::serialize(*refused));
    return;
  }
  auto& message = std::get<RpcMessage>(parsed);
  json::array responses;
  for (auto& each : message.calls) {
    if (auto* refused = std::get_if<RpcMessage::Refused>(&each)) {
      responses.push_back(std::move(refused->response));
    } else if (const auto& id = std::get<RpcCall>(each).id) {
      responses.push_back(rpc_error(*id, RpcCode::kServer, "too many calls at once", "limit",
                                    "wait for answers before you ask more"));
    }
  }
  send_responses(responses, message.batch);
}

void SocketSession::send_responses(const json::array& responses, bool batch) {
  if (batch && !responses.empty()) {
    send(json::serialize(responses));
  } else if (!responses.empty()) {
    send(json::serialize(responses[0]));
  }
}

awaitable<SocketSession::Attached> SocketSession::attach(const RpcCall& call) {
  const json::value id = call.id.value_or(nullptr);
  auto checked = check_parameters(*dispatcher_.methods().find("workspace.attach"), call.params);
  if (!checked) co_return Attached{rpc_error(id, checked.error()), {}};
  auto resume_from = sequence_param(call.params, "resume_from");
  if (!resume_from) co_return Attached{rpc_error(id, resume_from.error()), {}};
  auto pace_ms = integer_param(call.params, "pace_ms", 0, 0, kPaceMsMax);
  if (!pace_ms) co_return Attached{rpc_error(id, pace_ms.error()), {}};
  auto awake = co_await dispatcher_.registry().wake(workspace_id_);
  if (!awake) co_return Attached{rpc_error(id, awake.error()), {}};
  auto describe = [caller = caller_](workspace::Workspace& workspace) {
    return describe_to_subscriber(workspace, caller);
  };
  auto described = co_await workspace::Workspace::perform(*awake, describe);
  if (!described) co_return Attached{rpc_error(id, described.error()), {}};
  json::object& answer = described->as_object();
  // The role may be another since the description was begun.
  answer["you"] = you_json(caller_);
  const Sequence head = answer.at("head").to_number<Sequence>();
  // A client that knows more than the log was connected to another life of this workspace.
  const bool resync = *resume_from && **resume_from > head;
  if (resync) answer["resync"] = true;
  const Sequence after = resync ? head : resume_from->value_or(head);
  co_return Attached{rpc_result(id, std::move(*described)),
                     Stream{*std::move(awake), after, resync, std::chrono::milliseconds(*pace_ms)}};
}

awaitable<SocketSession::Watching> SocketSession::watch(
    std::weak_ptr<SocketSession> session, Strand strand,
    std::shared_ptr<workspace::Workspace> workspace, Caller caller) {
  const auto waking = std::make_shared<std::atomic<bool>>(false);
  auto wake = [session, strand, waking] {
    if (waking->exchange(true)) return;  // one wake-up under way is enough
    asio::post(strand, [session, waking] {
      waking->store(false);
      const auto self = session.lock();
      if (!self) return;
      self->progress_ = true;
      self->wake_.notify_all();
    });
  };
  auto show = [session, strand](const std::shared_ptr<const std::string>& notification) {
    asio::post(strand, [session, notification] {
      const auto self = session.lock();
      // A preview never takes the room that answers and events need.
      if (self && self->outbox_.size() < limits::kSubscriberQueueMax / 4) {
        self->outbox_.push(*notification);
      }
    });
  };
  workspace->add_subscriber();
  Watching watching;
  watching.listener = workspace->log().add_listener(std::move(wake));
  watching.preview = workspace->previews().add(std::move(show));
  workspace->presence().enter(caller.connection, caller.actor, to_string(caller.role));
  co_return watching;
}

awaitable<void> SocketSession::unwatch(std::shared_ptr<workspace::Workspace> workspace,
                                       Watching watching, std::uint64_t connection) {
  workspace->documents().leave(connection);
  workspace->presence().leave(connection);
  workspace->log().remove_listener(watching.listener);
  workspace->previews().remove(watching.preview);
  workspace->remove_subscriber();
  co_return;
}

awaitable<void> SocketSession::begin_stream(Stream stream) {
  co_await detach();
  if (!open_) co_return;
  const std::uint64_t generation = ++generation_;
  const Strand theirs = stream.workspace->strand();
  const Role entered_as = caller_.role;
  watching_ = co_await run_on(theirs, watch(weak_from_this(), strand_, stream.workspace, caller_));
  attached_ = stream.workspace;
  if (caller_.role != entered_as) tasks_.spawn("role", show_role(shared_from_this()));
  tasks_.spawn("event stream", stream_events(shared_from_this(), std::move(stream), generation));
}

awaitable<void> SocketSession::detach() {
  ++generation_;
  wake_.notify_all();
  room_.notify_all();
  const auto workspace = std::exchange(attached_, nullptr);
  if (!workspace) co_return;
  const Strand theirs = workspace->strand();
  co_await run_on(theirs, unwatch(workspace, watching_, caller_.connection));
}

awaitable<void> SocketSession::stream_events(std::shared_ptr<SocketSession> self, Stream stream,
                                             std::uint64_t generation) {
  workspace::EventLog& log = stream.workspace->log();
  const auto current = [&] { return self->open_ && self->generation_ == generation; };
  while (current()) {
    self->progress_ = false;
    auto lines =
        co_await run_on(stream.workspace->strand(), log.read(stream.after + 1, kEventsPerRead));
    if (!lines || (lines->empty() && stream.workspace->is_closing())) {
      // The client comes back, which wakes the workspace, and goes on where it stopped.
      if (current()) co_await self->socket_.close(net::CloseCode::kGoingAway, "asleep");
      co_return;
    }
    while (lines->empty() && current() && !self->progress_) co_await self->wake_.wait();
    if (!co_await self->send_events(*lines, stream, generation)) co_return;
    // Whoever is behind is not kept waiting.
    if (lines->empty() || lines->size() == kEventsPerRead) continue;
    const auto next = std::chrono::steady_clock::now() + stream.pace;
    while (current() && std::chrono::steady_clock::now() < next) {
      co_await self->wake_.wait_until(next);
    }
  }
}

/// False once the stream is no longer the client's.
awaitable<bool> SocketSession::send_events(const std::vector<workspace::LogLine>& lines,
                                           Stream& stream, std::uint64_t generation) {
  for (const workspace::LogLine& line : lines) {
    while (open_ && generation_ == generation &&
           outbox_.size() >= limits::kSubscriberQueueMax / 2) {
      co_await room_.wait();
    }
    if (!open_ || generation_ != generation) co_return false;
    send(event_message(*line.text));
    stream.after = line.seq;
  }
  co_return true;
}

}  // namespace coditect::api
