#include "app/webhook/webhook.h"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include "app/webhook/webhook_message.h"
#include "base/log.h"

namespace coditect::app {

namespace {

using std::chrono::seconds;

constexpr std::size_t kUnderWayMax = 200;          // later ones are dropped and counted
constexpr std::size_t kAnswerBytesMax = 64 << 10;  // of what nobody reads

void report(std::string_view task, const std::string& what) {
  spdlog::error("{} failed: {}", task, what);
}

}  // namespace

Result<std::shared_ptr<Webhook>> Webhook::create(asio::any_io_executor executor, Options options) {
  net_client::HttpClientOptions client;
  client.base = options.url;
  client.proxy = options.proxy;
  client.times = {seconds(10), seconds(20), seconds(20)};
  client.body_bytes_max = kAnswerBytesMax;
  TRY(auto made, net_client::make_http_client(std::move(client)));
  return std::shared_ptr<Webhook>(
      new Webhook(make_strand(std::move(executor)), std::move(options), std::move(made)));
}

Webhook::Webhook(const Strand& strand, Options options,
                 std::unique_ptr<net_client::HttpClient> client)
    : strand_(strand),
      options_(std::move(options)),
      client_(std::move(client)),
      studio_(options_.studio),
      tasks_(strand, report) {}

awaitable<void> Webhook::close(std::shared_ptr<Webhook> self) {
  for (auto& [id, stop] : self->open_) stop.request_stop();
  co_await self->tasks_.close();
}

void Webhook::waits(workspace::Question question) {
  asio::post(strand_, [self = shared_from_this(), question = std::move(question)]() mutable {
    self->begin(std::move(question));
  });
}

void Webhook::reach_studio_at(std::string url) {
  asio::post(strand_, [self = shared_from_this(), url = std::move(url)] {
    if (self->options_.studio.empty()) self->studio_ = url;
  });
}

void Webhook::ended(const std::string& id) {
  asio::post(strand_, [self = shared_from_this(), id] {
    if (const auto found = self->open_.find(id); found != self->open_.end()) {
      found->second.request_stop();
    }
  });
}

void Webhook::begin(workspace::Question question) {
  if (open_.size() >= kUnderWayMax) {
    ++dropped_;
    return note_failure("too many questions wait to be told");
  }
  const json::object message = webhook_message(question, studio_);
  const auto [place, fresh] = open_.try_emplace(question.id);
  if (!fresh) return;
  under_way_ = open_.size();
  tasks_.spawn("a webhook", deliver(shared_from_this(), question.id, json::serialize(message),
                                    place->second.get_token()));
}

awaitable<void> Webhook::deliver(std::shared_ptr<Webhook> self, std::string id, std::string body,
                                 std::stop_token stop) {
  bool done = co_await self->attempt(id, body, stop);
  for (const std::chrono::milliseconds pause : self->options_.pauses) {
    if (done || stop.stop_requested()) break;
    asio::steady_timer timer(self->strand_, pause);
    const std::stop_callback wake(stop, [&timer] {
      // Both run on the strand: whoever asks for the stop is there.
      timer.cancel();
    });
    boost::system::error_code woken;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    if (!stop.stop_requested()) done = co_await self->attempt(id, body, stop);
  }
  if (!done && !stop.stop_requested()) ++self->dropped_;
  self->open_.erase(id);
  self->under_way_ = self->open_.size();
}

awaitable<bool> Webhook::attempt(const std::string& id, const std::string& body,
                                 std::stop_token stop) {
  net_client::HttpRequest request;
  request.method = "POST";
  request.target = options_.url.prefix.empty() ? "/" : "";
  request.headers = {{"Content-Type", "application/json"},
                     {"User-Agent", "coditect"},
                     {"X-Coditect-Delivery", id}};
  if (!options_.secret.empty()) {
    request.headers.push_back({"X-Coditect-Signature", webhook_signature(options_.secret, body)});
  }
  request.body = body;
  auto response = co_await client_->send(std::move(request), stop);
  if (!response) {
    if (!stop.stop_requested()) note_failure(response.error().message);
    co_return false;
  }
  const int status = (*response)->head().status;
  if (status >= 200 && status < 300) {
    ++delivered_;
    last_failure_.clear();
    co_return true;
  }
  note_failure("it answered HTTP " + std::to_string(status));
  // A redirect is not followed: it would take the question, and its signature, to another place.
  const bool may_change = status == 408 || status == 425 || status == 429 || status >= 500;
  if (!may_change) ++dropped_;
  co_return !may_change;
}

void Webhook::note_failure(std::string why) {
  ++failed_attempts_;
  if (last_failure_.empty()) spdlog::warn("the webhook for approvals: {}", why);
  last_failure_ = std::move(why);
}

awaitable<api::ComponentHealth> Webhook::health() {
  co_return co_await run_on(strand_, health_on_strand());
}

awaitable<api::ComponentHealth> Webhook::health_on_strand() {
  api::ComponentHealth health;
  if (!last_failure_.empty()) {
    health.state = api::ComponentHealth::State::kDegraded;
    health.reason = last_failure_;
  }
  co_return health;
}

awaitable<std::vector<api::Figure>> Webhook::figures() {
  std::vector<api::Figure> all{
      {"coditect_webhook_delivered_total", "Questions that the webhook has taken",
       static_cast<double>(delivered_)},
      {"coditect_webhook_failed_attempts_total", "Attempts that the webhook has not taken",
       static_cast<double>(failed_attempts_)},
      {"coditect_webhook_dropped_total", "Questions that the webhook was not told of",
       static_cast<double>(dropped_)},
      {"coditect_webhook_waiting", "Questions that the webhook is still to take",
       static_cast<double>(under_way_)}};
  co_return all;
}

}  // namespace coditect::app
