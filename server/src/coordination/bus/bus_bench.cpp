#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "base/check.h"
#include "coordination/bus/bus.h"

namespace coditect::bus {
namespace {

void record(Bus& bus, const EventDraft& draft, Sequence& seq) {
  Event event;
  event.seq = ++seq;
  event.type = draft.type;
  event.data = draft.data;
  check(bus.apply(event).ok());
}

/// One message to everybody, delivered to and read by each.
void SendDeliverRead(benchmark::State& state) {
  std::vector<std::string> agents;
  for (std::int64_t i = 0; i < state.range(0); ++i) agents.push_back("a" + std::to_string(i));
  Bus bus;
  Sequence seq = 0;
  Outgoing outgoing;
  outgoing.from = "user:anna";
  outgoing.to = {"all"};
  outgoing.text = "hello";
  for (auto _ : state) {
    outgoing.id = "m" + std::to_string(seq);
    record(bus, *bus.send(outgoing, agents), seq);
    for (const std::string& agent : agents) {
      record(bus, *bus.delivered(outgoing.id, agent), seq);
      record(bus, *bus.read(outgoing.id, agent), seq);
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(SendDeliverRead)->Arg(1)->Arg(10);

}  // namespace
}  // namespace coditect::bus
