#include "agents/door/model_door.h"

#include <boost/json/serialize.hpp>

#include <utility>

#include "agents/door/usage_meter.h"
#include "base/json.h"
#include "base/limits.h"
#include "providers/factory.h"

namespace coditect::agents::door {

namespace {

using net::Request;
using net::Response;

/// What an answer may have where the program does not say.
constexpr std::int64_t kOutputTokensMax = 32'000;

/// In a form that the programs of all vendors find the message in.
Response refusal(int status, std::string_view type, const std::string& message) {
  json::object error{{"type", type}, {"message", message}, {"code", status}, {"status", type}};
  return net::json_response(status, json::object{{"type", "error"}, {"error", std::move(error)}});
}

net::ServerOptions options() {
  net::ServerOptions options;
  options.connections_max = 64;
  options.body_bytes_max = limits::kModelRequestBytesMax;
  options.close_grace = std::chrono::milliseconds(200);
  return options;
}

}  // namespace

ModelDoor::ModelDoor(const Strand& strand, Parts parts)
    : strand_(strand),
      parts_(std::move(parts)),
      dialect_(providers::make_dialect(parts_.models.provider->kind())) {}

tools::InnerDoor ModelDoor::inner_door() {
  auto open = [this](FileDescriptor listener) -> Result<void> {
    TRY(server_, net::Server::serve(strand_.get_inner_executor(), listener, *this, options()));
    return {};
  };
  return {kPort, std::move(open)};
}

std::vector<std::pair<std::string, std::string>> ModelDoor::variables() const {
  return door_variables(parts_.models.provider->kind(), "http://127.0.0.1:" + std::to_string(kPort),
                        parts_.models.model);
}

awaitable<void> ModelDoor::close() {
  if (server_) co_await server_->close();
}

AgentModel ModelDoor::model(const std::string& name) const {
  return {*parts_.models.provider, name, parts_.models.simulated};
}

std::optional<Response> ModelDoor::authorize_head(const net::RequestHead& head) {
  if (api_call(parts_.models.provider->kind(), head)) return std::nullopt;
  return refusal(404, "not_found_error",
                 head.method + " " + head.path + " is not let through: this is the way to the " +
                     std::string(to_string(parts_.models.provider->kind())) + " models only");
}

awaitable<Result<ModelDoor::Paid>> ModelDoor::pay(ModelDoor& self, std::string model,
                                                  std::int64_t bytes, std::int64_t output_tokens) {
  // Only a prompt that has grown is compared with what the vendor counted before.
  const bool grown = bytes >= self.largest_[model];
  const std::int64_t tokens =
      grown ? self.bounds_[model].tokens(bytes) : PromptBound().tokens(bytes);
  auto reserved = co_await self.parts_.host.reserve(
      self.parts_.caller, self.model(model), CallSize{tokens, output_tokens}, self.parts_.stop);
  if (!reserved) {
    if (reserved.error().code == Errc::kBudget) self.out_of_money_ = reserved.error();
    co_return std::move(reserved).error();
  }
  co_return Paid{std::move(model), bytes, *std::move(reserved)};
}

awaitable<Result<void>> ModelDoor::settle(ModelDoor& self, Paid paid, Settlement settlement) {
  if (settlement.end.context_tokens > 0 && paid.bytes >= self.largest_[paid.model]) {
    self.largest_[paid.model] = paid.bytes;
    self.bounds_[paid.model].learn(paid.bytes, settlement.end.context_tokens);
  }
  co_return co_await self.parts_.host.settle(self.parts_.caller, self.model(paid.model),
                                             paid.reserved, std::move(settlement));
}

awaitable<Result<ModelDoor::Paid>> ModelDoor::prepare(const ApiCall& call, Request& request) {
  const providers::ProviderKind kind = parts_.models.provider->kind();
  CO_TRY(json::object body, parse_json_object(request.body));
  const std::string name =
      call.model.empty() ? find_string(body, "model").value_or("") : call.model;
  const std::int64_t asked = output_tokens(kind, body).value_or(kOutputTokensMax);
  const auto bytes = static_cast<std::int64_t>(request.body.size());
  CO_TRY(Paid paid, co_await run_on(strand_, pay(*this, name, bytes, asked)));
  const bool counted = !paid.reserved.id.empty();
  const bool said = output_tokens(kind, body).has_value();
  // What was set aside holds only for an answer of that length.
  if (paid.reserved.output_tokens < asked || (counted && !said)) {
    set_output_tokens(kind, body, paid.reserved.output_tokens);
    request.body = json::serialize(body);
  }
  co_return paid;
}

net_client::HttpRequest ModelDoor::outgoing(const ApiCall& call, Request request) const {
  net_client::HttpRequest out;
  out.method = request.method;
  out.target = call.target;
  for (net::Header& header : request.headers) {
    if (passes(header.first)) out.headers.push_back({header.first, std::move(header.second)});
  }
  const auto key = dialect_->authorization(parts_.models.api_key);
  out.headers.push_back({key.name, key.value});
  out.body = std::move(request.body);
  return out;
}

awaitable<std::optional<Response>> ModelDoor::forward(const ApiCall& call, Request request,
                                                      net::ResponseStream& stream,
                                                      const std::optional<Paid>& paid,
                                                      Settlement& settlement) {
  settlement.unheard = 1;
  auto answer =
      co_await parts_.models.client->send(outgoing(call, std::move(request)), parts_.stop);
  if (!answer) {
    using Kind = net_client::HttpError::Kind;
    const Kind kind = answer.error().kind;
    if (kind == Kind::kConnect || kind == Kind::kTls || kind == Kind::kProxy)
      settlement.unheard = 0;
    co_return refusal(502, "api_error", "the vendor was not reached: " + answer.error().message);
  }
  const net_client::HttpHead& head = (*answer)->head();
  net::Headers headers;
  for (const net_client::Header& header : head.headers) {
    if (passes(header.name)) headers.emplace_back(header.name, header.value);
  }
  const bool bills = paid && head.status == 200;
  UsageMeter meter(*dialect_, paid ? paid->model : "");
  auto sent = co_await stream.start(head.status, std::move(headers));
  bool whole = false;
  // A program that has left is not waited for; what it was billed is heard out all the same.
  for (;;) {
    auto bytes = co_await (*answer)->read();
    if (!bytes) break;
    whole = bytes->empty();
    if (whole) break;
    if (bills) meter.take(*bytes);
    if (sent) sent = co_await stream.write(*std::move(bytes));
  }
  settlement = bills ? meter.finish() : Settlement{};
  if (sent && whole) sent = co_await stream.finish();
  if (!sent || !whole) stream.abort();
  co_return std::nullopt;
}

awaitable<std::optional<Response>> ModelDoor::handle(Request request, net::ResponseStream& stream) {
  const auto call = api_call(parts_.models.provider->kind(), request);
  if (!call) co_return refusal(404, "not_found_error", "there is nothing here");
  std::optional<Paid> paid;
  if (call->generates) {
    auto prepared = co_await prepare(*call, request);
    if (!prepared) {
      const Error& error = prepared.error();
      const bool money = error.code == Errc::kBudget;
      const int status = money ? 402 : error.code == Errc::kInvalid ? 400 : 503;
      co_return refusal(status, money ? "billing_error" : "api_error", error.message);
    }
    paid = *std::move(prepared);
  }
  Settlement settlement;
  auto answer = co_await forward(*call, std::move(request), stream, paid, settlement);
  if (!paid) co_return answer;
  auto settled = co_await run_on(strand_, settle(*this, *std::move(paid), std::move(settlement)));
  if (!settled && !answer) stream.abort();
  co_return answer;
}

}  // namespace coditect::agents::door
