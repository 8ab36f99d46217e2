#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <memory>
#include <vector>

#include "api/http/component.h"
#include "async/strand.h"
#include "net/http.h"
#include "registry/registry.h"
#include "workspace/node_services.h"

namespace coditect::api {

/// The server's figures for Prometheus.
///
/// Threads:  any.
/// Lifetime: its parts outlive it.
class Metrics {
 public:
  Metrics(registry::Registry& registry, const workspace::NodeServices& services,
          std::vector<Component*> components = {});

  void count_request() { requests_.Increment(); }
  void count_call() { calls_.Increment(); }

  /// A WebSocket that is open for as long as this lives.
  class Connection {
   public:
    explicit Connection(Metrics& metrics) : metrics_(metrics) { metrics_.sockets_.Increment(); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() { metrics_.sockets_.Decrement(); }

   private:
    Metrics& metrics_;
  };

  /// The text exposition format, version 0.0.4.
  awaitable<net::Response> text();

 private:
  void sample_journal();
  void sample_process();

  registry::Registry& workspaces_;
  const workspace::NodeServices& services_;
  const std::vector<Component*> components_;
  const std::shared_ptr<prometheus::Registry> figures_ = std::make_shared<prometheus::Registry>();
  prometheus::Counter& requests_;
  prometheus::Counter& calls_;
  prometheus::Gauge& sockets_;
};

}  // namespace coditect::api
