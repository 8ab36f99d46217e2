#include "api/http/provider_component.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <map>

namespace coditect::api {
namespace {

using providers::KeyGate;
using providers::ProviderError;

class Deaf final : public providers::StreamListener {
 public:
  void on_text(std::string_view) override {}
  void on_tool_call(std::string_view, std::string_view) override {}
  void on_retry(const providers::Retry&) override {}
};

awaitable<void> fail_once(std::shared_ptr<KeyGate> gate, Deaf& deaf) {
  auto passed = co_await gate->enter({}, deaf, {});
  if (!passed) co_return;
  KeyGate::Pass pass = *std::move(passed);
  const ProviderError down = provider_error(ProviderError::Kind::kServer, "HTTP 500");
  pass.end(&down);
}

template <class T>
T run(awaitable<T> work) {
  asio::io_context io;
  auto done = asio::co_spawn(io, std::move(work), asio::use_future);
  io.run();
  return done.get();
}

TEST(ProviderComponent, NamesWhatIsDownAndCounts) {
  SystemClock clock;
  providers::KeyGates gates(clock);
  ProviderComponent component(gates);
  const auto gate = gates.gate(providers::ProviderKind::kGemini, "", "the-key");
  EXPECT_EQ(run(component.health()).state, ComponentHealth::State::kOk);
  Deaf deaf;
  for (int i = 0; i < 6; ++i) run(fail_once(gate, deaf));
  const ComponentHealth health = run(component.health());
  EXPECT_EQ(health.state, ComponentHealth::State::kDegraded);
  EXPECT_EQ(health.reason, "gemini failed 5 times in a row: HTTP 500");
  std::map<std::string, double> figures;
  for (const Figure& figure : run(component.figures())) figures[figure.name] = figure.value;
  const std::map<std::string, double> expected{{"coditect_provider_circuits_open", 1},
                                               {"coditect_provider_calls_waiting", 0},
                                               {"coditect_provider_requests_total", 5},
                                               {"coditect_provider_rate_limited_total", 0},
                                               {"coditect_provider_circuits_opened_total", 1}};
  EXPECT_EQ(figures, expected);
}

}  // namespace
}  // namespace coditect::api
