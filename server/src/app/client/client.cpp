#include "app/client/client.h"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "app/client/client_stream.h"
#include "app/client/remote_error.h"

namespace coditect::app {

namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr std::size_t kPieceBytes = 256u << 10;

struct Answer {
  unsigned status = 0;
  std::string body;
};

Result<Answer> read_answer(const net_client::BaseUrl& url, ClientStream& stream) {
  boost::system::error_code error;
  http::response_parser<http::string_body> parser;
  parser.body_limit(limits::kClientBodyBytesMax);
  beast::flat_buffer buffer;
  http::read(stream, buffer, parser, error);
  if (error) return connection_error(url, error);
  http::response<http::string_body> response = parser.release();
  return Answer{response.result_int(), std::move(response.body())};
}

Result<Answer> ask(const net_client::BaseUrl& url, const http::request<http::string_body>& request,
                   std::chrono::milliseconds answer_time_max) {
  TRY(const std::unique_ptr<ClientStream> stream, ClientStream::connect(url, answer_time_max));
  boost::system::error_code error;
  http::write(*stream, request, error);
  if (error) return connection_error(url, error);
  return read_answer(url, *stream);
}

template <class Body>
http::request<Body> request_to(const Client& client, http::verb verb, const std::string& target) {
  http::request<Body> request(verb, client.url().prefix + target, 11);
  request.set(http::field::host, client.url().host_header());
  request.set(http::field::authorization, "Bearer " + client.token());
  request.set(http::field::accept, "application/json");
  request.keep_alive(false);
  return request;
}

/// Writes a request whose body is in `from`. What the connection says against it is in `error`.
Result<void> write_stream(ClientStream& stream, http::request<http::buffer_body>& request,
                          Client::Stream from, boost::system::error_code& error) {
  http::request_serializer<http::buffer_body> serializer(request);
  http::write_header(stream, serializer, error);
  std::string piece(kPieceBytes, '\0');
  for (bool more = true; more && !error;) {
    from.in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    if (from.in.bad()) return unavailable("the archive cannot be read to its end");
    const auto count = static_cast<std::size_t>(from.in.gcount());
    more = count > 0;
    request.body().data = more ? piece.data() : nullptr;
    request.body().size = count;
    request.body().more = more;
    http::write(stream, serializer, error);
    if (error == http::error::need_buffer) error = {};  // the piece is sent
    from.sent += count;
  }
  return {};
}

Result<json::object> read_object(const Answer& answer) {
  if (answer.status / 100 != 2) return error_of_answer(answer.status, answer.body);
  auto object = parse_json_object(answer.body);
  if (object) return object;
  return internal("what answered is no coditect server: " + object.error().message,
                  "see whether CODITECT_URL names the server");
}

}  // namespace

Result<Client> Client::make(ServerLocation location) {
  auto url = net_client::parse_base_url(location.url);
  if (!url) {
    return invalid("the server's URL is not usable",
                   "CODITECT_URL is http(s)://host[:port], without a token in it");
  }
  if (location.token.find_first_of("\r\n") != std::string::npos) {
    return invalid("the token holds a line break", "set CODITECT_TOKEN to the token alone");
  }
  return Client(std::move(location), *std::move(url));
}

Result<json::object> Client::get(const std::string& target) const {
  TRY(const Answer answer, ask(url_, request_to<http::string_body>(*this, http::verb::get, target),
                               limits::kClientAnswerTimeMax));
  return read_object(answer);
}

Result<json::object> Client::post(const std::string& target, const json::object& body,
                                  std::chrono::milliseconds answer_time_max) const {
  auto request = request_to<http::string_body>(*this, http::verb::post, target);
  request.set(http::field::content_type, "application/json");
  request.body() = json::serialize(body);
  request.prepare_payload();
  TRY(const Answer answer, ask(url_, request, answer_time_max));
  return read_object(answer);
}

Result<json::object> Client::post_stream(const std::string& target, Stream body) const {
  auto request = request_to<http::buffer_body>(*this, http::verb::post, target);
  request.set(http::field::content_type, "application/octet-stream");
  if (body.bytes) {
    request.content_length(*body.bytes);
  } else {
    request.chunked(true);
  }
  TRY(const std::unique_ptr<ClientStream> stream,
      ClientStream::connect(url_, limits::kClientProvisionTimeMax));
  boost::system::error_code broken;
  TRY_VOID(write_stream(*stream, request, body, broken));
  if (!broken && body.bytes && body.sent != *body.bytes) {
    return unavailable("the file has changed its size meanwhile", "try again");
  }
  // A server refuses before it has read everything: its answer says more than a broken connection.
  auto answer = read_answer(url_, *stream);
  if (!answer) return broken ? connection_error(url_, broken) : std::move(answer).error();
  return read_object(*answer);
}

Result<json::object> Client::call(const std::string& workspace, std::string_view method,
                                  json::object params) const {
  const json::object call{
      {"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", std::move(params)}};
  TRY(json::object response, post("/workspaces/" + workspace + "/rpc", call));
  if (const json::object* error = find_object(response, "error")) return error_of_rpc(*error);
  json::value* result = response.if_contains("result");
  if (result == nullptr || !result->is_object()) {
    return internal("the server's answer to " + std::string(method) + " has no result");
  }
  return std::move(result->get_object());
}

std::string Client::studio_url(const std::string& workspace) const {
  const bool tls = url_.scheme == net_client::Scheme::kHttps;
  return std::string(tls ? "https://" : "http://") + url_.host_header() + url_.prefix +
         "/#/workspaces/" + workspace;
}

}  // namespace coditect::app
