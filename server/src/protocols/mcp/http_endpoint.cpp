#include "protocols/mcp/http_endpoint.h"

#include "net/ascii.h"
#include "protocols/mcp/stream_writer.h"

namespace coditect::mcp {

namespace {

bool accepts(const net::Request& request, std::string_view type) {
  const auto accept = request.find_header("Accept");
  return !accept || accept->find("*/*") != std::string_view::npos ||
         accept->find(type) != std::string_view::npos;
}

bool sends_json(const net::Request& request) {
  const std::string_view type = request.find_header("Content-Type").value_or("");
  return type.substr(0, type.find(';')) == "application/json";
}

std::optional<net::Response> refuse(const net::Request& request) {
  if (request.method == "DELETE") return std::nullopt;
  if (!accepts(request, "text/event-stream")) {
    return net::problem(406, "", "the answer may be a stream of events",
                        "send Accept: application/json, text/event-stream");
  }
  if (request.method != "POST") return std::nullopt;
  if (!accepts(request, "application/json")) {
    return net::problem(406, "", "the answer may be JSON",
                        "send Accept: application/json, text/event-stream");
  }
  if (!sends_json(request)) {
    return net::problem(415, "", "a message is JSON", "send Content-Type: application/json");
  }
  return std::nullopt;
}

net::Response at_once(const Server::Accepted& accepted) {
  net::Response response{accepted.status, {}, {}};
  if (accepted.body) response = net::json_response(accepted.status, *accepted.body);
  if (!accepted.session.empty()) response.headers.emplace_back("Mcp-Session-Id", accepted.session);
  return response;
}

}  // namespace

awaitable<std::optional<net::Response>> HttpEndpoint::handle(net::Request request,
                                                             net::ResponseStream& out,
                                                             Mount mount) {
  if (auto refusal = refuse(request)) co_return *std::move(refusal);
  Server::Accepted accepted;
  if (request.method == "GET") {
    accepted = co_await server_.listen(std::move(request.headers), std::move(mount));
  } else if (request.method == "DELETE") {
    accepted = co_await server_.finish(std::move(request.headers), std::move(mount));
  } else {
    Server::Incoming incoming{parse_message(request.body), std::move(request.headers),
                              std::move(mount)};
    accepted = co_await server_.accept(std::move(incoming));
  }
  if (accepted.stream == nullptr) co_return at_once(accepted);
  StreamWriter writer(server_, accepted, out);
  co_return co_await writer.run(request.method == "GET" ? StreamWriter::Form::kEvents
                                                        : StreamWriter::Form::kJsonOrEvents);
}

}  // namespace coditect::mcp
