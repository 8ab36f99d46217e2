#include "api/http/metrics.h"

#include <prometheus/text_serializer.h>

#include <cstdio>
#include <fstream>
#include <string_view>
#include <unistd.h>

namespace coditect::api {

namespace {

prometheus::Counter& counter(prometheus::Registry& figures, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(figures).Add({});
}

prometheus::Gauge& gauge(prometheus::Registry& figures, const char* name, const char* help,
                         const prometheus::Labels& labels = {}) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(figures).Add(labels);
}

/// What a component counts since its start is a counter, so that a rate can be taken over restarts.
void sample(prometheus::Registry& figures, const Figure& figure) {
  if (!std::string_view(figure.name).ends_with("_total")) {
    gauge(figures, figure.name, figure.help).Set(figure.value);
    return;
  }
  prometheus::Counter& total = counter(figures, figure.name, figure.help);
  total.Increment(figure.value - total.Value());  // less than nothing is ignored
}

/// Resident bytes, from /proc/self/statm: its second number counts pages.
double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t total = 0, resident = 0;
  statm >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

Metrics::Metrics(registry::Registry& registry, const workspace::NodeServices& services,
                 std::vector<Component*> components)
    : workspaces_(registry),
      services_(services),
      components_(std::move(components)),
      requests_(counter(*figures_, "coditect_http_requests_total", "HTTP requests answered")),
      calls_(counter(*figures_, "coditect_rpc_calls_total", "JSON-RPC calls over HTTP")),
      sockets_(gauge(*figures_, "coditect_websockets", "WebSockets that are open")) {}

void Metrics::sample_journal() {
  const journal::Journal::Stats stats = services_.journal.stats();
  const auto set = [this](const char* name, const char* help, double value) {
    gauge(*figures_, name, help).Set(value);
  };
  set("coditect_journal_records", "Events made durable since the start",
      static_cast<double>(stats.records));
  set("coditect_journal_bytes", "Their bytes on disk", static_cast<double>(stats.bytes));
  set("coditect_journal_syncs", "fdatasync calls for them", static_cast<double>(stats.syncs));
  set("coditect_journal_queued_bytes", "Events that wait to be made durable",
      static_cast<double>(stats.queued_bytes));
  set("coditect_journal_live_segments", "Segments that hold events not yet archived",
      static_cast<double>(stats.live_segments));
  set("coditect_journal_slowest_sync_seconds", "The slowest write and sync since the start",
      std::chrono::duration<double>(stats.slowest_sync).count());
  set("coditect_journal_failed", "1 after the journal's disk has failed", stats.failure ? 1 : 0);
}

void Metrics::sample_process() {
  gauge(*figures_, "coditect_resident_bytes", "Memory of the process").Set(resident_bytes());
  gauge(*figures_, "coditect_journal_realtime", "1 when the journal's thread has SCHED_FIFO")
      .Set(services_.journal.stats().realtime ? 1 : 0);
}

awaitable<net::Response> Metrics::text() {
  const registry::Registry::Counts counts = co_await workspaces_.counts();
  gauge(*figures_, "coditect_workspaces", "Workspaces", {{"state", "all"}})
      .Set(static_cast<double>(counts.all));
  gauge(*figures_, "coditect_workspaces", "Workspaces", {{"state", "awake"}})
      .Set(static_cast<double>(counts.awake));
  gauge(*figures_, "coditect_workspaces_disk_bytes", "Of all workspaces, as last measured")
      .Set(static_cast<double>(counts.disk_bytes));
  gauge(*figures_, "coditect_workspaces_store_bytes", "In the object store, without bundles")
      .Set(static_cast<double>(counts.store_bytes));
  sample_journal();
  sample_process();
  for (Component* component : components_) {
    for (const Figure& figure : co_await component->figures()) {
      sample(*figures_, figure);
    }
  }
  const prometheus::TextSerializer serializer;
  co_return net::text_response(200, "text/plain; version=0.0.4; charset=utf-8",
                               serializer.Serialize(figures_->Collect()));
}

}  // namespace coditect::api
