#include "api/http/provision_handler.h"

#include "async/linked_stop.h"
#include "base/limits.h"
#include "storage/unpack/unpack_limits.h"

namespace coditect::api {

namespace {

constexpr std::size_t kImportsMax = 4;  // at once: each may fill the disk; refused
constexpr std::size_t kFileNameBytesMax = 255;

Result<workspace::Durability> durability_of(const json::object& body) {
  if (!body.contains("durability")) return workspace::Durability::kLocal;
  TRY(const std::string durability, need_string(body, "durability"));
  return workspace::parse_durability(durability);
}

/// The last part of a path, whatever machine it is from, without what does not belong on a screen.
std::string plain_file_name(std::string_view file) {
  const std::size_t slash = file.find_last_of("/\\");
  if (slash != std::string_view::npos) file.remove_prefix(slash + 1);
  std::string name(file);
  std::erase_if(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  return name;
}

/// That of an archive which is too large is 413: to try later, as 429 says, would not help.
net::Response import_problem(const Error& error) {
  if (error.code != Errc::kLimit) return net::problem(error);
  return net::problem(413, "", error.message, error.hint);
}

}  // namespace

awaitable<net::Response> ProvisionHandler::provision(const net::Request& request,
                                                     std::string actor) {
  auto body = parse_json_object(request.body);
  if (!body) co_return net::problem(body.error());
  auto name = need_string(*body, "name");
  if (!name) co_return net::problem(name.error());
  for (const auto& member : *body) {
    const std::string_view key = member.key();
    if (key != "name" && key != "source" && key != "durability" && key != "request") {
      co_return net::problem(invalid("'" + std::string(key) + "' is not known here",
                                     "send {\"name\", \"source\"?, \"durability\"?, "
                                     "\"request\"?}"));
    }
  }
  const json::object* source = find_object(*body, "source");
  if (source == nullptr && body->contains("source")) {
    co_return net::problem(invalid("'source' is not an object"));
  }
  const json::object empty{{"kind", "empty"}};
  registry::Provisioner::Request wanted{*name, source == nullptr ? empty : *source,
                                        std::move(actor)};
  auto durability = durability_of(*body);
  if (!durability) co_return net::problem(durability.error());
  wanted.durability = *durability;
  const std::string asked = find_string(*body, "request").value_or("");
  auto stop = provisionings_.begin(asked);
  if (!stop) co_return net::problem(stop.error());
  wanted.stop = *std::move(stop);
  auto meta = co_await registry_.provision(std::move(wanted));
  provisionings_.end(asked);
  if (!meta) co_return net::problem(meta.error());
  co_return co_await made(*std::move(meta));
}

Result<ProvisionHandler::Wanted> ProvisionHandler::parse_import(const net::RequestHead& head,
                                                                std::string actor) {
  Wanted wanted;
  wanted.request.user = std::move(actor);
  json::object query;
  for (const auto& [key, value] : head.query) {
    if (key != "name" && key != "file" && key != "durability" && key != "request") {
      return invalid("'" + key + "' is not known here",
                     "the query is name=, file=?, durability=?, request=?");
    }
    query[key] = value;
  }
  TRY(wanted.request.name, need_string(query, "name"));
  TRY_VOID(registry::check_workspace_name(wanted.request.name));
  TRY(wanted.request.durability, durability_of(query));
  wanted.id = find_string(query, "request").value_or("");
  const std::string file = plain_file_name(find_string(query, "file").value_or(""));
  if (file.size() > kFileNameBytesMax) return invalid("'file' is too long for a file's name");
  wanted.upload = {file, unpack::kArchiveBytesMax, head.content_length.value_or(0)};
  if (wanted.upload.announced > wanted.upload.bytes_max) {
    return Error{
        Errc::kLimit,
        "the archive is larger than " + std::to_string(wanted.upload.bytes_max >> 20) + " MiB",
        "leave out what can be made anew, such as builds and installed packages"};
  }
  return wanted;
}

awaitable<net::Response> ProvisionHandler::import(net::RequestHead head, net::RequestBody& body,
                                                  net::ResponseStream& stream, std::string actor) {
  auto wanted = parse_import(head, std::move(actor));
  if (!wanted) co_return import_problem(wanted.error());
  auto stop = provisionings_.begin(wanted->id);
  if (!stop) co_return net::problem(stop.error());
  wanted->request.stop = *std::move(stop);
  struct UnderWay {
    UnderWay(ProvisionHandler& handler, std::string request)
        : self(handler), id(std::move(request)), number(++self.imports_) {}
    UnderWay(const UnderWay&) = delete;
    ~UnderWay() {
      --self.imports_;
      self.provisionings_.end(id);
    }
    ProvisionHandler& self;
    const std::string id;
    const std::size_t number;
  };
  const UnderWay under_way(*this, wanted->id);
  if (under_way.number > kImportsMax) {
    co_return net::problem(429, "", "other archives are being imported", "try again in a minute");
  }
  auto meta = co_await make(*std::move(wanted), body, stream);
  if (!meta) co_return import_problem(meta.error());
  co_return co_await made(*std::move(meta));
}

awaitable<Result<workspace::Meta>> ProvisionHandler::make(Wanted wanted, net::RequestBody& body,
                                                          net::ResponseStream& stream) {
  CO_TRY(const std::shared_ptr<registry::Upload> upload,
         co_await registry_.begin_upload(std::move(wanted.upload), wanted.request.durability));
  while (true) {
    CO_TRY(std::string piece, co_await body.read());
    if (piece.empty()) break;
    CO_TRY_VOID(co_await upload->append(std::move(piece)));
    if (wanted.request.stop.stop_requested()) {
      co_return Error{Errc::kCancelled, "the import was cancelled", {}};
    }
  }
  if (upload->bytes() == 0) {
    co_return invalid("the request has no body", "send the archive as the request's body");
  }
  wanted.request.upload = upload;
  co_return co_await unpack(std::move(wanted.request), stream);
}

awaitable<Result<workspace::Meta>> ProvisionHandler::unpack(registry::Provisioner::Request request,
                                                            net::ResponseStream& stream) {
  LinkedStop stop(request.stop);
  const std::stop_callback left(stream.when_peer_closed(), [&stop] { stop.request_stop(); });
  request.stop = stop.token();
  co_return co_await registry_.provision(std::move(request));
}

net::Response ProvisionHandler::stop(const std::string& request) {
  return net::json_response(200, json::object{{"cancelled", provisionings_.stop(request)}});
}

awaitable<net::Response> ProvisionHandler::made(workspace::Meta meta) {
  json::object answer = to_json(meta);
  auto describe = [](workspace::Workspace& each) -> awaitable<Result<json::value>> {
    const auto& session = each.state().sessions.current();
    co_return session ? json::value(to_json(*session)) : json::value();
  };
  auto session = co_await dispatcher_.perform(meta.id, describe);
  if (session && session->is_object()) answer["session"] = *session;
  co_return net::json_response(201, answer).with("Location", "/workspaces/" + meta.id.str());
}

}  // namespace coditect::api
