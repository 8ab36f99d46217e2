#include "providers/simulator/simulator.h"

#include <boost/asio/steady_timer.hpp>

#include "providers/simulator/performance.h"

namespace coditect::simulator {

namespace {

using Action = Route::Action;

/// Gives each call an id as the vendor writes them.
void number_calls(const Prompt& prompt, const std::string& id, std::vector<ToolCall>& calls) {
  std::size_t earlier = 0;
  for (const Turn& turn : prompt.turns) earlier += turn.calls.size();
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const std::string number = std::to_string(i);
    switch (prompt.vendor) {
      case Vendor::kAnthropic: calls[i].id = "toolu_01" + id + number; break;
      case Vendor::kGemini: calls[i].id = "call-" + id + number; break;
      case Vendor::kOpenai: calls[i].id = "call_" + id + number; break;
      case Vendor::kMoonshot:
        calls[i].id = "functions." + calls[i].name + ":" + std::to_string(earlier + i);
        break;
    }
  }
}

std::chrono::milliseconds pauses_of(const Act& act) {
  std::chrono::milliseconds sum = act.pause_before_calls;
  for (const Line& line : act.lines) sum += line.pause_before;
  return sum;
}

std::string default_message(int status) {
  return "Simulated failure: " + std::string(net::reason_phrase(status)) + ".";
}

net::Response with_headers(net::Response response, net::Headers headers) {
  for (net::Header& header : headers) response.headers.push_back(std::move(header));
  return response;
}

json::object token_count(const Prompt& prompt) {
  const std::int64_t tokens = estimate_input_tokens(prompt);
  if (prompt.vendor == Vendor::kGemini) return {{"totalTokens", tokens}};
  return {{"input_tokens", tokens}};
}

}  // namespace

std::optional<net::Response> Simulator::authorize_head(const net::RequestHead& head) {
  const Route route = route_of(head);
  if (route.action == Action::kUnknown) {
    return refuse(route.vendor, 404, "Not found: " + head.method + " " + head.path);
  }
  if (route.action == Action::kWrongMethod) {
    return refuse(route.vendor, 405, "Method not allowed")
        .with("Allow", std::string(route.allowed));
  }
  if (!dialect_of(route.vendor).has_key(head)) {
    return refuse(route.vendor, 401, "No API key was sent. The simulation takes any key.");
  }
  return std::nullopt;
}

awaitable<std::optional<net::Response>> Simulator::handle(net::Request request,
                                                          net::ResponseStream& stream) {
  Route route = route_of(request);
  const Dialect& dialect = dialect_of(route.vendor);
  if (route.action == Action::kListModels) {
    co_return with_headers(net::json_response(200, dialect.models()),
                           dialect.headers(new_id(), clock_.now()));
  }
  Result<Prompt> prompt = read(request, route);
  if (!prompt) co_return refuse(route.vendor, 400, prompt.error().message);
  if (route.action == Action::kCountTokens) {
    co_return with_headers(net::json_response(200, token_count(*prompt)),
                           dialect.headers(new_id(), clock_.now()));
  }
  co_return co_await generate(std::move(route), *std::move(prompt), stream);
}

Result<Prompt> Simulator::read(const net::Request& request, const Route& route) const {
  TRY(json::object body, parse_json_object(request.body));
  if (route.action == Action::kCountTokens && route.vendor == Vendor::kAnthropic) {
    body["max_tokens"] = 0;  // the one field that counting does not ask for
  }
  TRY(Prompt prompt, dialect_of(route.vendor).read(request, body, route.model));
  const bool streams = route.action == Action::kStreamSse || route.action == Action::kStreamJson;
  if (streams) prompt.delivery = Delivery::kStream;
  return prompt;
}

std::variant<Simulator::Performance, net::Response> Simulator::plan(const Prompt& prompt) {
  Result<Act> act = next_act(prompt);
  if (!act) return refuse(prompt.vendor, 400, act.error().message);
  const std::string id = new_id();
  const Fate fate = attempts_.next(place_of(prompt), prompt.vendor, *act);
  if (fate.failure != nullptr) {
    const Fail& fail = *fate.failure;
    const std::string message = fail.message.empty() ? default_message(fail.status) : fail.message;
    const Refusal refusal{fail.status, message, fail.type, fail.retry_after, id};
    return dialect_of(prompt.vendor).refuse(refusal);
  }
  number_calls(prompt, id, act->calls);
  return Performance{make_reply(prompt, *std::move(act), id, clock_.now()), prompt.delivery,
                     fate.drops};
}

awaitable<std::optional<net::Response>> Simulator::generate(Route route, Prompt prompt,
                                                            net::ResponseStream& stream) {
  std::variant<Performance, net::Response> planned = plan(prompt);
  if (auto* refusal = std::get_if<net::Response>(&planned)) co_return std::move(*refusal);
  const Performance& performance = std::get<Performance>(planned);
  const Dialect& dialect = dialect_of(route.vendor);
  const Reply& reply = performance.reply;
  net::Headers headers = dialect.headers(reply.id, reply.created);
  const Extent extent = performance.breaks_off ? Extent::kHalf : Extent::kAll;

  if (performance.delivery == Delivery::kStream) {
    std::vector<Frame> frames = dialect.stream(reply);
    const bool is_array = route.action == Action::kStreamJson;
    if (is_array) frames = as_json_array(std::move(frames));
    headers.emplace_back("Content-Type", is_array ? "application/json" : "text/event-stream");
    headers.emplace_back("Cache-Control", "no-cache");
    co_await play(std::move(frames), std::move(headers), extent, stream);
    co_return std::nullopt;
  }
  asio::steady_timer timer(stream.strand(), pauses_of(reply.act));
  co_await timer.async_wait(asio::use_awaitable);
  const json::object document = dialect.whole(reply);
  if (extent == Extent::kAll) {
    co_return with_headers(net::json_response(200, document), std::move(headers));
  }
  headers.emplace_back("Content-Type", "application/json");
  std::vector<Frame> halves;
  for (std::string& half : pieces_of(json::serialize(document), 64)) {
    halves.push_back({{}, std::move(half)});
  }
  co_await play(std::move(halves), std::move(headers), extent, stream);
  co_return std::nullopt;
}

net::Response Simulator::refuse(Vendor vendor, int status, std::string message) {
  const Refusal refusal{status, std::move(message), "", std::nullopt, new_id()};
  return dialect_of(vendor).refuse(refusal);
}

std::string Simulator::new_id() {
  const std::lock_guard lock(random_mutex_);
  return random_.id("");
}

}  // namespace coditect::simulator
