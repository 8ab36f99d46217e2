#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "api/http/component.h"
#include "async/task_group.h"
#include "net/client/http_client.h"
#include "workspace/approvals/question_listener.h"

namespace coditect::app {

/// Tells somebody outside of questions that wait for a person, with a POST for each. Answers come
/// back through the interface like anybody else's.
///
/// Threads:    any; its work is done on a strand of its own.
/// Lifetime:   shared by what is under way. Await close() before the last owner lets go.
/// Invariants: nobody waits for it: what cannot be delivered in time is dropped and counted.
class Webhook final : public workspace::QuestionListener,
                      public api::Component,
                      public std::enable_shared_from_this<Webhook> {
 public:
  struct Options {
    net_client::BaseUrl url;
    std::string secret;  ///< signs the bodies; "" for no signature
    std::string studio;  ///< where people reach the studio; "" until reach_studio_at()
    std::optional<net_client::Proxy> proxy = {};
    /// Between two attempts, one after the other; then it is given up.
    std::vector<std::chrono::milliseconds> pauses = {
        std::chrono::seconds(1),  std::chrono::seconds(5),   std::chrono::seconds(20),
        std::chrono::seconds(60), std::chrono::seconds(300), std::chrono::seconds(900)};
  };

  /// Errc::kInternal where TLS cannot be set up.
  static Result<std::shared_ptr<Webhook>> create(asio::any_io_executor executor, Options options);

  /// Gives up what is under way; on the strand. Later questions are not told.
  static awaitable<void> close(std::shared_ptr<Webhook> self);
  const Strand& strand() const { return strand_; }
  /// Where people reach the studio, for servers that know it only once they listen. What the
  /// options say holds.
  void reach_studio_at(std::string url);

  // workspace::QuestionListener
  void waits(workspace::Question question) override;
  void ended(const std::string& id) override;

  // api::Component
  std::string_view name() const override { return "webhook"; }
  awaitable<api::ComponentHealth> health() override;
  awaitable<std::vector<api::Figure>> figures() override;

 private:
  Webhook(const Strand& strand, Options options, std::unique_ptr<net_client::HttpClient> client);

  void begin(workspace::Question question);
  static awaitable<void> deliver(std::shared_ptr<Webhook> self, std::string id, std::string body,
                                 std::stop_token stop);
  /// Whether it needs no other attempt: it was taken, or never will be.
  awaitable<bool> attempt(const std::string& id, const std::string& body, std::stop_token stop);
  void note_failure(std::string why);
  awaitable<api::ComponentHealth> health_on_strand();

  const Strand strand_;
  const Options options_;
  const std::unique_ptr<net_client::HttpClient> client_;
  std::atomic<std::uint64_t> delivered_ = 0;
  std::atomic<std::uint64_t> failed_attempts_ = 0;
  std::atomic<std::uint64_t> dropped_ = 0;
  std::atomic<std::size_t> under_way_ = 0;
  // Touched only on strand_.
  std::map<std::string, std::stop_source> open_;  ///< by question
  std::string studio_;
  std::string last_failure_;  ///< "" once one was delivered
  TaskGroup tasks_;
};

}  // namespace coditect::app
