#include "net/handler.h"

namespace coditect::net {

bool Handler::receives(const RequestHead& /*head*/) const { return false; }

awaitable<std::optional<Response>> Handler::receive(RequestHead head, RequestBody& /*body*/,
                                                    ResponseStream& /*stream*/) {
  co_return problem(404, {}, "nothing is received at " + head.path);
}

awaitable<UpgradeAnswer> Handler::upgrade(const RequestHead& head) {
  co_return problem(404, {}, "no WebSocket is served at " + head.path);
}

awaitable<void> Handler::websocket(Request /*request*/, WebSocket& socket) {
  std::string reason = "no WebSocket is served here";
  co_await socket.close(CloseCode::kPolicy, std::move(reason));
}

}  // namespace coditect::net
