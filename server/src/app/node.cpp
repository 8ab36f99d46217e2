#include "app/node.h"

#include <boost/asio/use_future.hpp>

#include <map>
#include <sys/resource.h>
#include <unistd.h>

#include "app/agent_factory.h"
#include "base/log.h"
#include "base/posix_file.h"
#include "providers/embeddings/openai_embedder.h"
#include "providers/factory.h"
#include "providers/prices/price_file.h"
#include "registry/recovery.h"
#include "tools/sandbox/sandbox.h"

namespace coditect::app {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDiskThreads = 8;
constexpr std::size_t kDatabaseThreads = 8;
constexpr std::size_t kCommandThreads = 32;
/// How long a start or a stop waits for the object store to take what the journal holds.
constexpr std::chrono::seconds kDrainPatience{10};

/// The server's token: made once, kept in the data folder, readable by its owner only.
Result<std::string> load_token(const fs::path& file) {
  auto text = read_file(file);
  if (text) {
    while (!text->empty() && text->back() == '\n') text->pop_back();
    if (text->size() < 32) return invalid(file.string() + " holds no token", "remove the file");
    return text;
  }
  if (text.error().code != Errc::kNotFound) return text;
  const std::string token = new_secret();
  TRY_VOID(write_file_atomically(file, token + "\n", 0600));
  return token;
}

/// Raises the limit of open files as far as the system allows; how many there are now.
std::size_t raise_open_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<std::size_t>(limit.rlim_cur);
}

/// Connections that leave a thousand descriptors for everything else; each takes up to three.
std::size_t connections_for(std::size_t open_files) {
  constexpr std::size_t kElse = 1'000;
  return open_files <= kElse + 60 ? 20 : std::min<std::size_t>((open_files - kElse) / 3, 4'000);
}

/// The built studio: where the configuration says, else in the checkout that the program is built
/// in, else where a package installs it.
fs::path find_studio(const fs::path& configured) {
  if (!configured.empty()) return configured;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  for (const char* relative : {"../../web/dist", "../share/coditect/web"}) {
    const fs::path candidate = program.parent_path() / relative;
    if (fs::exists(candidate / "index.html", error)) return candidate;
  }
  return {};
}

}  // namespace

Node::Node(Config config, Environment environment)
    : config_(std::move(config)), environment_(std::move(environment)) {}

Node::~Node() {
  work_.reset();
  io_.stop();
  for (std::thread& thread : threads_) thread.join();
}

template <class T>
T Node::wait_for(awaitable<T> work) {
  return asio::co_spawn(io_, std::move(work), asio::use_future).get();
}

Result<void> Node::start(OnLost on_lost) {
  TRY_VOID(make_directories(config_.data / "node"));
  TRY(token_, load_token(config_.data / "node" / "token"));
  disk_.emplace(kDiskThreads);
  database_.emplace(kDatabaseThreads);
  commands_pool_.emplace(kCommandThreads);
  work_.emplace(asio::make_work_guard(io_));
  const unsigned threads = std::max(2u, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { io_.run(); });
  TRY_VOID(open_storage());
  TRY_VOID(open_off_machine());
  TRY_VOID(open_commands());
  TRY(secrets_, workspace::SecretStore::open(config_.data / "node" / "secrets"));
  TRY_VOID(open_prices());
  TRY_VOID(open_agents());
  TRY_VOID(open_embeddings());
  TRY_VOID(open_webhook());
  mcp_settings_.emplace(workspace::McpSettings::Options{
      config_.mcp_programs, net_client::proxy_settings_from_environment(), {}});
  services_.emplace(workspace::NodeServices{clock_,
                                            random_,
                                            *journal_,
                                            *catalogue_,
                                            *disk_,
                                            *database_,
                                            *watcher_,
                                            *agents_,
                                            *tools_,
                                            *terminals_,
                                            off_machine_ ? &off_machine_->gate() : nullptr,
                                            prices_ ? *prices_ : providers::built_in_prices(),
                                            config_.stuck_after,
                                            config_.ladder,
                                            secrets_.get(),
                                            webhook_.get(),
                                            embedder_.get(),
                                            config_.shared_context,
                                            programs_,
                                            &*mcp_settings_});
  replication::NodeReplicator* replicator = off_machine_ ? &off_machine_->replicator() : nullptr;
  TRY(registry_, registry::Registry::open(io_.get_executor(), *services_, config_.data, {},
                                          environment_, replicator));
  TRY_VOID(start_workspaces(std::move(on_lost)));
  TRY_VOID(open_api());
  make_demo();
  return {};
}

Result<void> Node::open_off_machine() {
  if (config_.copies == Config::Copies::kNone) {
    notices_.push_back("NOTHING IS COPIED OFF THIS DISK: the server runs with --no-store.");
    return {};
  }
  TRY_VOID(replication::clear_restores(config_.data));
  OffMachine::Parts parts{io_.get_executor(), *journal_, *catalogue_, *disk_,
                          *database_,         clock_,    random_};
  TRY(off_machine_, OffMachine::open(config_, environment_, std::move(parts)));
  return {};
}

Result<void> Node::start_workspaces(OnLost on_lost) {
  if (!off_machine_) {
    wait_for(registry_->start());
    return {};
  }
  replication::NodeReplicator& replicator = off_machine_->replicator();
  TRY_VOID(wait_for(replicator.start(std::move(on_lost))));
  // What the process before left in the journal is off the machine before anybody is shown it.
  auto drained = wait_for(replicator.drain(kDrainPatience));
  if (!drained) spdlog::warn("copying what the journal held: {}", drained.error().message);
  wait_for(registry_->start());
  auto adopt = [registry = registry_.get()](WorkspaceId id, std::string folder) {
    return registry->adopt(std::move(id), std::move(folder));
  };
  wait_for(replicator.watch_others(std::move(adopt)));
  return {};
}

void Node::make_demo() {
  if (config_.demo.empty() || wait_for(registry_->counts()).all > 0) return;
  registry::Provisioner::Request request{"demo", config_.demo, "user:" + config_.user};
  auto made = wait_for(registry_->provision(std::move(request)));
  // A studio without its demonstration is still a studio.
  if (!made) notices_.push_back("the demo workspace was not made: " + made.error().message);
}

Result<void> Node::open_storage() {
  std::map<WorkspaceId, std::vector<journal::Record>> recovered;
  std::map<WorkspaceId, Sequence> heads;
  auto replay = [&](journal::Record record) -> Result<void> {
    heads[record.workspace] = std::max(heads[record.workspace], record.seq);
    recovered[record.workspace].push_back(std::move(record));
    return {};
  };
  journal::Journal::Options options;
  if (config_.copies == Config::Copies::kStore) {
    options.hold_from_start = journal::Journal::Options::Hold::kEverything;
  }
  TRY(journal_,
      journal::Journal::open(config_.data / "node" / "journal", std::move(options), replay));
  TRY_VOID(registry::recover_workspaces(config_.data, std::move(recovered)));
  for (const auto& [workspace, head] : heads) journal_->release(workspace, head);
  databases::Catalogue::Options catalogue;
  catalogue.template_dir = config_.data / "node" / "templates";
  catalogue.max_open_connections = connections_for(raise_open_files());
  TRY(catalogue_, databases::Catalogue::create(std::move(catalogue)));
  TRY(watcher_, workspace::Watcher::start());
  return {};
}

Result<void> Node::open_commands() {
  if (!config_.network.empty()) gateway_.emplace(config_.network);
  tools::SandboxOptions options{.most = config_.commands};
  if (gateway_) options.gateway = &*gateway_;
  auto sandbox = tools::Sandbox::create(std::move(options));
  if (sandbox) {
    terminals_ = sandbox->get();
    programs_ = sandbox->get();
    commands_ = *std::move(sandbox);
  } else {
    notices_.push_back("agents cannot run commands: " + sandbox.error().message + " (" +
                       sandbox.error().hint + ")");
    auto none = std::make_unique<tools::NoSandbox>(std::move(sandbox).error());
    terminals_ = none.get();
    programs_ = none.get();
    commands_ = std::move(none);
  }
  tools_.emplace(*commands_, *commands_pool_);
  return {};
}

Result<std::string> Node::simulator_url() {
  if (!simulator_server_) {
    simulator_.emplace(clock_, random_);
    TRY(simulator_server_, net::Server::listen(io_.get_executor(), "127.0.0.1:0", *simulator_));
  }
  return simulator_server_->url();
}

Result<void> Node::open_agents() {
  std::string simulated;
  const std::vector<AgentConfig> all = config_.agents.empty() ? default_agents() : config_.agents;
  std::error_code error;
  const fs::path data = fs::canonical(config_.data, error);
  AgentFactory::Parts factory{config_.providers,
                              environment_,
                              clock_,
                              random_,
                              gates_,
                              [this] { return simulator_url(); },
                              data};
  keys_.emplace(NodeKeys::Parts{std::move(factory), all, *secrets_, *disk_, io_.get_executor(),
                                prices_ ? *prices_ : providers::built_in_prices()});
  TRY(std::vector<agents::AgentDefinition> agents, keys_->make_agents(notices_));
  for (const agents::AgentDefinition& agent : agents) {
    if (agent.simulated) simulated += (simulated.empty() ? "" : ", ") + agent.name;
  }
  if (!simulated.empty()) {
    notices_.push_back("SIMULATED MODELS: " + simulated +
                       " are played by the built-in simulator, not by a vendor. Set the vendors' "
                       "API keys, or set them in the studio, to use real models.");
  }
  agents_.emplace(std::move(agents));
  keys_->tell(
      [this](std::vector<agents::AgentDefinition> anew) { agents_->replace(std::move(anew)); });
  return {};
}

Result<void> Node::open_embeddings() {
  if (!config_.embeddings) return {};
  const EmbeddingConfig& wanted = *config_.embeddings;
  providers::EmbedderConfig config{wanted.base_url, {}, {}};
  config.model = {wanted.model, wanted.base_url, wanted.dimensions,
                  config_.providers == Config::Providers::kSimulated, wanted.token_price};
  if (config.model.simulated) {
    TRY(config.base_url, simulator_url());
    config.base_url += "/v1";
    config.api_key = "simulated";
    config.model.origin = "simulated";
  } else {
    TRY(config.api_key, embeddings_key(wanted, environment_));
    config.proxy = providers::proxy_settings(environ);
  }
  auto made = providers::OpenAiEmbedder::create(config, clock_);
  if (!made) return std::move(made).error().in("[embeddings]");
  embedder_ = *std::move(made);
  return {};
}

Result<void> Node::open_prices() {
  if (config_.prices.empty()) return {};
  TRY(prices_, providers::read_prices(config_.prices));
  return {};
}

Result<void> Node::open_webhook() {
  if (config_.approvals.webhook.empty()) return {};
  Webhook::Options options;
  TRY(options.url, net_client::parse_base_url(config_.approvals.webhook));
  options.secret = environment_.find("CODITECT_WEBHOOK_SECRET").value_or("");
  options.studio = config_.approvals.studio;
  const auto proxy = net_client::proxy_settings_from_environment();
  TRY(options.proxy, net_client::choose_proxy(proxy, options.url));
  TRY(webhook_, Webhook::create(io_.get_executor(), std::move(options)));
  return {};
}

Result<void> Node::open_people() {
  api::People::Options options{config_.data / "node" / "people.json", {config_.user}};
  for (const agents::AgentDefinition& agent : *agents_->agents()) {
    options.reserved.push_back(agent.name);
  }
  TRY(people_, api::People::open(std::move(options), clock_, random_));
  people_handler_.emplace(
      api::PeopleHandler::Parts{*people_, attempts_, doors_, *authenticator_, *registry_, *disk_});
  return {};
}

Result<void> Node::open_api() {
  const std::string user = "user:" + config_.user;
  dispatcher_.emplace(*registry_, methods_);
  authenticator_.emplace(token_, config_.hosts, clock_);
  TRY(files_, api::StaticFiles::load(find_studio(config_.web)));
  journal_component_.emplace(*journal_);
  api::Component* store = &store_component_;
  if (off_machine_) store = off_machine_.get();
  std::vector<api::Component*> components{&*journal_component_, store, &provider_component_};
  if (webhook_) components.push_back(webhook_.get());
  health_.emplace(*registry_, components, commands_->description());
  metrics_.emplace(*registry_, *services_, std::move(components));
  mcp_features_.emplace(api::WorkspaceFeatures::Parts{*dispatcher_, *agents_, *tools_});
  mcp_.emplace(io_.get_executor(), *mcp_features_, clock_);
  mcp_endpoint_.emplace(*mcp_);
  TRY_VOID(open_people());
  handler_.emplace(api::ApiHandler::Parts{*authenticator_, *registry_, *dispatcher_, methods_,
                                          *files_, *health_, *metrics_, *mcp_endpoint_, *people_,
                                          *people_handler_, attempts_, doors_, user, &*keys_});
  TRY(server_, net::Server::listen(io_.get_executor(), config_.listen, *handler_));
  if (webhook_) webhook_->reach_studio_at(server_->url());
  mcp_settings_->listen_at(server_->url());
  return {};
}

Result<void> Node::stop() {
  // Its streams last as long as their clients like: they end first.
  if (mcp_) wait_for(mcp_->close());
  if (server_) wait_for(server_->close());
  if (registry_) wait_for(registry_->close());
  if (webhook_) {
    wait_for(run_on(webhook_->strand(), Webhook::close(webhook_)));
  }
  if (off_machine_) {
    spdlog::info("copying the last events to {}", off_machine_->store().description());
    // What is missing in the store is still in the journal, and copied at the next start.
    auto closed = wait_for(off_machine_->close(kDrainPatience));
    if (!closed) spdlog::warn("copying the last events: {}", closed.error().message);
  }
  if (simulator_server_) wait_for(simulator_server_->close());
  return journal_ ? journal_->close() : Result<void>{};
}

}  // namespace coditect::app
