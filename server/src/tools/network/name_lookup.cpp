#include "tools/network/name_lookup.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>

#include "tools/network/network_limits.h"

namespace coditect::tools {

namespace {

using asio::ip::tcp;
using boost::system::error_code;

struct Search {
  explicit Search(const asio::any_io_executor& executor) : resolver(executor), done(executor) {}
  tcp::resolver resolver;
  asio::steady_timer done;  ///< cancelled once there is an answer
  bool answered = false;
  error_code error;
  std::vector<asio::ip::address> found;
};

}  // namespace

awaitable<Result<std::vector<asio::ip::address>>> look_up_name(std::string name) {
  const auto executor = co_await asio::this_coro::executor;
  const auto search = std::make_shared<Search>(executor);
  // The system's resolver blocks a thread of its own and cannot be interrupted, so its handler only
  // leaves the answer.
  search->done.expires_after(limits::kProxyConnectTimeMax);
  search->resolver.async_resolve(
      name, "", [search](error_code error, const tcp::resolver::results_type& found) {
        search->answered = true;
        search->error = error;
        for (const auto& entry : found) search->found.push_back(entry.endpoint().address());
        search->done.cancel();
      });
  error_code woken;
  co_await search->done.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  if (!search->answered) co_return unavailable("its name takes too long to look up");
  if (search->error || search->found.empty()) co_return not_found("there is no such host");
  co_return std::move(search->found);
}

}  // namespace coditect::tools
