#include "providers/simulator/simulator.h"

#include "base/log.h"
#include "providers/simulator/embeddings.h"
#include "providers/simulator/hops.h"
#include "providers/simulator/performance.h"
#include "providers/simulator/structured_answer.h"

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

/// What goes wrong, as it was rehearsed.
Refusal refusal_of(const Fail& fail, const std::string& id) {
  std::string message = fail.message.empty() ? default_message(fail.status) : fail.message;
  return {fail.status, std::move(message), fail.type, fail.retry_after, id};
}

/// The entry of a model list that is called `name`; nothing where there is none.
std::optional<json::object> model_called(const Dialect& dialect, std::string_view name) {
  for (const json::value& model : dialect.models()) {
    const json::object& entry = model.as_object();
    if (find_string(entry, "id") == name) return entry;
    if (find_string(entry, "name") == "models/" + std::string(name)) return entry;
  }
  return std::nullopt;
}

/// The pieces of a document that is to break off.
std::vector<Frame> frames_of(const json::object& document) {
  std::vector<Frame> frames;
  for (std::string& piece : pieces_of(json::serialize(document), 64)) {
    frames.push_back({{}, std::move(piece)});
  }
  return frames;
}

void say_left(Vendor vendor) {
  spdlog::info("simulator: the client of {} left before the end of the answer", to_string(vendor));
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
  if (route.action == Action::kListModels || route.action == Action::kGetModel) {
    co_return about_models(route);
  }
  if (route.action == Action::kEmbed) co_return embed(request);
  Result<json::object> body = read_body(request, route);
  if (!body && body.error().code == Errc::kNotFound) {
    co_return no_such_thread(route.vendor, body.error().message);
  }
  if (!body) co_return refuse(route.vendor, 400, body.error().message);
  Result<Prompt> prompt = dialect.read(request, *body, route.model);
  if (!prompt) co_return refuse(route.vendor, 400, prompt.error().message);
  if (route.action == Action::kCountTokens) {
    const json::object count = dialect.token_count(estimate_input_tokens(*prompt));
    co_return with_headers(net::json_response(200, count), dialect.headers(new_id()));
  }
  const bool streams = route.action == Action::kStreamSse || route.action == Action::kStreamJson;
  if (streams) prompt->delivery = Delivery::kStream;
  prompt->schema = answer_schema(*body);
  Question question{std::move(route), *std::move(body), *std::move(prompt)};
  co_return co_await generate(std::move(question), stream);
}

net::Response Simulator::about_models(const Route& route) {
  const Dialect& dialect = dialect_of(route.vendor);
  json::object answer;
  if (route.action == Action::kListModels) {
    answer = dialect.model_list();
  } else if (auto model = model_called(dialect, route.model)) {
    answer = *std::move(model);
  } else {
    return refuse(route.vendor, 404, "model: " + route.model);
  }
  return with_headers(net::json_response(200, answer), dialect.headers(new_id()));
}

net::Response Simulator::embed(const net::Request& request) {
  const auto body = parse_json_object(request.body);
  if (!body) return refuse(Vendor::kOpenai, 400, body.error().message);
  const auto answer = answer_embeddings(*body);
  if (!answer) return refuse(Vendor::kOpenai, 400, answer.error().message);
  return with_headers(net::json_response(200, *answer),
                      dialect_of(Vendor::kOpenai).headers(new_id()));
}

Result<json::object> Simulator::read_body(const net::Request& request, const Route& route) const {
  TRY(json::object body, parse_json_object(request.body));
  if (route.vendor != Vendor::kAnthropic) return body;
  if (route.action == Action::kCountTokens) {
    body["max_tokens"] = 0;  // the one field that counting does not ask for
  }
  return threads_.whole_request(std::move(body));
}

net::Response Simulator::no_such_thread(Vendor vendor, std::string message) {
  const Refusal refusal{404, std::move(message), "", std::nullopt, new_id(), "thread_not_found"};
  return dialect_of(vendor).refuse(refusal);
}

std::variant<Simulator::Performance, net::Response> Simulator::plan(Prompt prompt) {
  Result<Act> act = next_act(prompt);
  if (!act) return refuse(prompt.vendor, 400, act.error().message);
  const std::string id = new_id();
  const std::string place = place_of(prompt);
  if (!prompt.takes_hops) act->cuts.clear();
  // What goes wrong goes wrong in the first request of an answer.
  const bool goes_on = !prompt.continuation.empty();
  const Fate fate = goes_on ? Fate{} : attempts_.next(place, prompt.vendor, *act);
  if (fate.failure != nullptr) return refuse(prompt.vendor, *fate.failure, id);
  Performance performance;
  performance.delivery = prompt.delivery;
  performance.drops = fate.drops;
  if (fate.stream_error != nullptr) {
    if (prompt.delivery == Delivery::kWhole) return refuse(prompt.vendor, *fate.stream_error, id);
    performance.stream_error = refusal_of(*fate.stream_error, id);
  }
  Result<Part> part = part_of(*std::move(act), place, prompt.continuation);
  if (!part) return refuse(prompt.vendor, 400, part.error().message);
  number_calls(prompt, id, part->act.calls);
  prompt.other_bytes += part->earlier_bytes;
  prompt.wants_thinking = prompt.wants_thinking && !goes_on;
  performance.reply = make_reply(prompt, std::move(part->act), id, clock_.now());
  performance.reply.hop_end = part->end;
  performance.reply.continuation = std::move(part->next_token);
  const Dialect& dialect = dialect_of(prompt.vendor);
  const Usage& usage = performance.reply.usage;
  const Allowances left = meter_of(prompt.vendor).use(usage.input + usage.output, clock_.now());
  performance.headers = dialect.headers(id);
  for (net::Header& header : dialect.rate_headers(left, clock_.now())) {
    performance.headers.push_back(std::move(header));
  }
  return performance;
}

awaitable<std::optional<net::Response>> Simulator::generate(Question question,
                                                            net::ResponseStream& stream) {
  const Route& route = question.route;
  std::variant<Performance, net::Response> planned = plan(std::move(question.prompt));
  if (auto* refusal = std::get_if<net::Response>(&planned)) co_return std::move(*refusal);
  Performance& performance = std::get<Performance>(planned);
  const Dialect& dialect = dialect_of(route.vendor);
  const Reply& reply = performance.reply;
  const bool is_whole = !performance.drops && !performance.stream_error;
  if (is_whole && route.vendor == Vendor::kAnthropic) {
    threads_.keep(std::move(question.body), dialect.whole(reply));
  }
  const bool is_stream = performance.delivery == Delivery::kStream;
  if (!is_stream) {
    co_await pause(pauses_of(reply.act), stream);
    if (stream.peer_closed()) {
      say_left(route.vendor);
      stream.abort();
      co_return std::nullopt;
    }
    if (!performance.drops) {
      co_return with_headers(net::json_response(200, dialect.whole(reply)),
                             std::move(performance.headers));
    }
  }
  const bool is_array = route.action == Action::kStreamJson;
  const bool is_sse = is_stream && !is_array;
  std::vector<Frame> frames = is_stream ? dialect.stream(reply) : frames_of(dialect.whole(reply));
  if (performance.stream_error || performance.drops) frames.resize(frames.size() / 2);
  if (performance.stream_error) {
    for (Frame& frame : dialect.stream_error(reply, *performance.stream_error, frames.size())) {
      frames.push_back(std::move(frame));
    }
  }
  const bool breaks_off = performance.drops || (is_stream && reply.hop_end == Hop::End::kDrop);
  if (is_array) frames = as_json_array(std::move(frames));
  if (is_array && breaks_off) frames.pop_back();  // the bracket that ends the array
  performance.headers.emplace_back("Content-Type",
                                   is_sse ? "text/event-stream" : "application/json");
  performance.headers.emplace_back("Cache-Control", "no-cache");
  const Ending ending = breaks_off ? Ending::kBreakOff : Ending::kRegular;
  const bool stayed =
      co_await play(std::move(frames), std::move(performance.headers), ending, stream);
  if (!stayed) say_left(route.vendor);
  co_return std::nullopt;
}

net::Response Simulator::refuse(Vendor vendor, int status, std::string message) {
  const Refusal refusal{status, std::move(message), "", std::nullopt, new_id()};
  return dialect_of(vendor).refuse(refusal);
}

net::Response Simulator::refuse(Vendor vendor, const Fail& fail, const std::string& id) {
  const Time now = clock_.now();
  Allowances left = meter_of(vendor).use(0, now);
  if (fail.status == 429 && fail.retry_after) {
    left.requests.remaining = 0;
    left.requests.reset_after = *fail.retry_after;
  }
  const Dialect& dialect = dialect_of(vendor);
  return with_headers(dialect.refuse(refusal_of(fail, id)), dialect.rate_headers(left, now));
}

std::string Simulator::new_id() {
  const std::lock_guard lock(random_mutex_);
  return random_.id("");
}

}  // namespace coditect::simulator
