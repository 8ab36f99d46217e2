#include "agents/acp/peer.h"

#include <boost/json/serialize.hpp>

#include <utility>

#include "agents/acp/acp_limits.h"
#include "base/log.h"
#include "tools/sandbox/bounded_output.h"

namespace coditect::agents::acp {

namespace {

constexpr std::size_t kGarbageShownMax = 200;

// As JSON-RPC and the Agent Client Protocol name them.
constexpr std::int64_t kInvalidParams = -32602;
constexpr std::int64_t kInternalError = -32603;
constexpr std::int64_t kResourceNotFound = -32002;

std::int64_t code_of(Errc code) {
  switch (code) {
    case Errc::kInvalid: return kInvalidParams;
    case Errc::kNotFound: return kResourceNotFound;
    default: return kInternalError;
  }
}

std::string message_of(const Error& error) {
  return error.hint.empty() ? error.message : error.message + " (" + error.hint + ")";
}

json::object params_of(json::object& message) {
  json::value* params = message.if_contains("params");
  return params != nullptr && params->is_object() ? std::move(params->get_object())
                                                  : json::object();
}

Reply::Refusal refusal_of(const json::object& error) {
  Reply::Refusal refusal{find_int(error, "code").value_or(0),
                         find_string(error, "message").value_or("it refused")};
  const json::value* data = error.if_contains("data");
  if (data == nullptr || data->is_null()) return refusal;
  // What it is worth reading stands in `details` or in `message` with most programs.
  const json::object* object = data->if_object();
  std::optional<std::string> more;
  if (object != nullptr) more = find_string(*object, "details");
  if (object != nullptr && !more) more = find_string(*object, "message");
  std::string text = more ? *more : json::serialize(*data);
  refusal.message += ": " + tools::truncate_middle(text, 2'000);
  return refusal;
}

}  // namespace

Peer::Peer(const Strand& strand, std::unique_ptr<LineStream> stream, PeerHandler& handler)
    : strand_(strand),
      stream_(std::move(stream)),
      handler_(handler),
      changed_(strand),
      tasks_(strand, [](std::string_view task, const std::string& what) {
        spdlog::error("{} failed: {}", task, what);
      }) {}

void Peer::start() { tasks_.spawn("reading what an agent's program says", read_all()); }

awaitable<void> Peer::close() {
  if (!broken_) broken_ = Error{Errc::kCancelled, "cancelled", {}};
  stream_->close();
  changed_.notify_all();
  co_await tasks_.join();
  co_await tasks_.close();
}

void Peer::break_off(Error why) {
  if (!broken_) broken_ = std::move(why);
  changed_.notify_all();
  if (listener_ != nullptr) listener_->notify_all();
}

awaitable<void> Peer::read_all() {
  while (!broken_) {
    auto line = co_await stream_->read();
    if (!line) {
      break_off(std::move(line).error());
    } else if (!*line) {
      break_off(unavailable("it closed its output"));
    } else if (auto taken = co_await take(**std::move(line)); !taken) {
      break_off(std::move(taken).error());
    }
  }
}

Result<void> Peer::take_garbage(std::string_view line) {
  ++garbage_;
  const std::string shown = tools::truncate_middle(line, kGarbageShownMax);
  spdlog::warn("an agent's program printed what is no message: {}", shown);
  if (garbage_ < limits::kAcpGarbageLinesMax) return {};
  return Error{Errc::kInvalid,
               "it printed " + std::to_string(garbage_) +
                   " lines that are no messages of the protocol, the last one: " + shown,
               "is this the command that speaks the Agent Client Protocol?"};
}

awaitable<Result<void>> Peer::take(std::string line) {
  if (line.find_first_not_of(" \t\r") == std::string::npos) co_return Result<void>{};
  auto parsed = parse_json_object(line);
  if (!parsed) co_return take_garbage(line);
  json::object message = *std::move(parsed);
  const auto method = find_string(message, "method");
  const json::value* id = message.if_contains("id");
  if (method && id != nullptr && !id->is_null()) {
    json::value asked = *id;
    if (answering_ >= limits::kAcpRequestsMax) {
      co_await send_error(std::move(asked), kInternalError, "too many requests at once");
      co_return Result<void>{};
    }
    ++answering_;
    tasks_.spawn("answering an agent's program",
                 answer(std::move(asked), *method, params_of(message)));
    co_return Result<void>{};
  }
  if (method) co_return co_await handler_.on_notification(*method, params_of(message));
  const auto number = find_int(message, "id");
  const bool reply = message.contains("result") || message.contains("error");
  if (!number || !reply) co_return take_garbage(line);
  take_reply(*number, std::move(message));
  co_return Result<void>{};
}

void Peer::take_reply(std::int64_t id, json::object message) {
  const auto call = calls_.find(id);
  if (call == calls_.end()) return;  // nobody waits for it any more
  Reply reply;
  if (const json::object* error = find_object(message, "error")) {
    reply.refusal = refusal_of(*error);
  } else if (json::value* result = message.if_contains("result")) {
    reply.result = std::move(*result);
  }
  call->second = std::move(reply);
  changed_.notify_all();
}

awaitable<void> Peer::answer(json::value id, std::string method, json::object params) {
  auto result = co_await handler_.on_request(std::move(method), std::move(params));
  --answering_;
  if (!result) {
    co_await send_error(std::move(id), code_of(result.error().code), message_of(result.error()));
    co_return;
  }
  json::object message{{"jsonrpc", "2.0"}, {"id", std::move(id)}, {"result", *std::move(result)}};
  // Where it cannot be sent, reading ends too and says why.
  const auto sent = co_await stream_->write(json::serialize(message));
  if (!sent && !broken_) break_off(sent.error());
}

awaitable<void> Peer::send_error(json::value id, std::int64_t code, std::string message) {
  json::object answer{{"jsonrpc", "2.0"},
                      {"id", std::move(id)},
                      {"error", {{"code", code}, {"message", std::move(message)}}}};
  const auto sent = co_await stream_->write(json::serialize(answer));
  if (!sent && !broken_) break_off(sent.error());
}

awaitable<Result<Reply>> Peer::call(std::string method, json::object params,
                                    std::optional<std::chrono::milliseconds> time_max) {
  using SteadyClock = std::chrono::steady_clock;
  if (broken_) co_return *broken_;
  const std::int64_t id = ++last_;
  calls_[id] = std::nullopt;
  json::object message{
      {"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(params)}};
  const auto deadline = time_max ? SteadyClock::now() + *time_max : SteadyClock::time_point::max();
  const auto sent = co_await stream_->write(json::serialize(message));
  if (!sent && !broken_) break_off(sent.error());
  while (!calls_[id] && !broken_ && SteadyClock::now() < deadline) {
    if (time_max) {
      co_await changed_.wait_until(deadline);
    } else {
      co_await changed_.wait();
    }
  }
  std::optional<Reply> reply = std::move(calls_[id]);
  calls_.erase(id);
  if (reply) co_return *std::move(reply);
  if (broken_) co_return *broken_;
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(*time_max).count();
  co_return unavailable("it did not answer " + method + " within " + std::to_string(seconds) +
                        " s");
}

awaitable<Result<void>> Peer::notify(std::string method, json::object params) {
  json::object message{{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}};
  co_return co_await stream_->write(json::serialize(message));
}

}  // namespace coditect::agents::acp
