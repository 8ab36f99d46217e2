#pragma once

#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "agents/agent_directory.h"
#include "api/auth/authenticator.h"
#include "api/http/absent_component.h"
#include "api/http/api_handler.h"
#include "api/http/journal_component.h"
#include "api/http/people_handler.h"
#include "api/http/provider_component.h"
#include "api/mcp/workspace_features.h"
#include "api/people/attempts.h"
#include "api/people/open_doors.h"
#include "api/people/people.h"
#include "api/rpc/dispatcher.h"
#include "app/config.h"
#include "app/keys/node_keys.h"
#include "app/storage/off_machine.h"
#include "app/webhook/webhook.h"
#include "async/blocking_pool.h"
#include "net/server.h"
#include "protocols/mcp/http_endpoint.h"
#include "protocols/mcp/server.h"
#include "providers/resilience/key_gates.h"
#include "providers/simulator/simulator.h"
#include "registry/registry.h"
#include "storage/databases/catalogue.h"
#include "storage/journal/journal.h"
#include "tools/network/egress_gateway.h"
#include "tools/sandbox/command.h"
#include "tools/sandbox/piped_process.h"
#include "tools/toolbox.h"
#include "workspace/files/watcher.h"
#include "workspace/node_services.h"

namespace coditect::app {

/// Everything that one server process is made of, in the order in which it depends on each other.
///
/// Threads:    start(), stop() and the destructor on one thread that is none of the node's own.
/// Lifetime:   stop() before the destructor.
/// Errors:     start() says what is missing; a node that did not start can be destroyed.
class Node {
 public:
  Node(Config config, Environment environment);
  ~Node();

  /// Opens the data folder, recovers, listens. `on_lost` is called, on a thread of the node's own,
  /// when another node has taken this one's place: then the process has to end.
  using OnLost = std::function<void(const Error& why)>;
  Result<void> start(OnLost on_lost);
  /// Stops listening, puts workspaces to rest, brings everything to disk.
  Result<void> stop();

  const std::string& url() const { return server_->url(); }
  const std::string& token() const { return token_; }
  /// What people should know of how it runs: simulated agents, commands that cannot run.
  const std::vector<std::string>& notices() const { return notices_; }

 private:
  Result<void> open_storage();
  Result<void> open_off_machine();
  Result<void> start_workspaces(OnLost on_lost);
  Result<void> open_prices();
  Result<void> open_agents();
  Result<void> open_embeddings();
  Result<void> open_commands();
  Result<void> open_webhook();
  Result<void> open_people();
  Result<void> open_api();
  void make_demo();
  Result<std::string> simulator_url();
  template <class T>
  T wait_for(awaitable<T> work);

  const Config config_;
  const Environment environment_;
  SystemClock clock_;
  SystemRandom random_;
  std::string token_;
  std::vector<std::string> notices_;

  asio::io_context io_;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_;
  std::vector<std::thread> threads_;
  std::optional<BlockingPool> disk_;
  std::optional<BlockingPool> database_;
  std::optional<BlockingPool> commands_pool_;

  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<databases::Catalogue> catalogue_;
  std::unique_ptr<OffMachine> off_machine_;  ///< null: nothing is copied
  std::unique_ptr<workspace::Watcher> watcher_;
  std::optional<tools::EgressGateway> gateway_;  ///< nothing: commands have no network
  std::unique_ptr<tools::CommandRunner> commands_;
  tools::TerminalLauncher* terminals_ = nullptr;  ///< the same object
  tools::PipedLauncher* programs_ = nullptr;      ///< the same object
  std::optional<tools::ToolBox> tools_;
  std::optional<simulator::Simulator> simulator_;
  std::unique_ptr<net::Server> simulator_server_;
  providers::KeyGates gates_{clock_};
  std::optional<agents::AgentDirectory> agents_;
  std::unique_ptr<providers::Embedder> embedder_;  ///< null where none is configured
  std::optional<providers::PriceBook> prices_;     ///< nothing: the built-in ones
  std::unique_ptr<workspace::SecretStore> secrets_;
  std::optional<NodeKeys> keys_;
  std::optional<workspace::McpSettings> mcp_settings_;
  std::shared_ptr<Webhook> webhook_;  ///< null where nobody outside wants to know
  std::optional<workspace::NodeServices> services_;
  std::unique_ptr<registry::Registry> registry_;
  api::MethodTable methods_;
  std::optional<api::Dispatcher> dispatcher_;
  std::optional<api::Authenticator> authenticator_;
  std::optional<api::StaticFiles> files_;
  std::optional<api::JournalComponent> journal_component_;
  api::AbsentComponent store_component_{"store"};
  api::ProviderComponent provider_component_{gates_};
  std::optional<api::Health> health_;
  std::optional<api::Metrics> metrics_;
  std::optional<api::WorkspaceFeatures> mcp_features_;
  std::optional<mcp::Server> mcp_;
  std::optional<mcp::HttpEndpoint> mcp_endpoint_;
  std::unique_ptr<api::People> people_;
  api::Attempts attempts_{clock_};
  api::OpenDoors doors_;
  std::optional<api::PeopleHandler> people_handler_;
  std::optional<api::ApiHandler> handler_;
  std::unique_ptr<net::Server> server_;
};

}  // namespace coditect::app
