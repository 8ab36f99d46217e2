#include "workspace/mcp/mcp_connection.h"

#include <algorithm>
#include <exception>
#include <strings.h>

#include "async/counted.h"
#include "async/linked_stop.h"
#include "base/log.h"
#include "base/posix_file.h"
#include "protocols/mcp/client/http_transport.h"
#include "tools/sandbox/bounded_output.h"
#include "tools/sandbox/secret_mask.h"
#include "workspace/mcp/stdio_transport.h"
#include "workspace/mcp/tool_names.h"

namespace coditect::workspace {

namespace {

using SteadyClock = std::chrono::steady_clock;
using mcp::CallTime;

constexpr CallTime kStart{limits::kMcpStartMax, limits::kMcpStartMax};
constexpr CallTime kProbe{limits::kMcpProbeMax, limits::kMcpProbeMax};

/// The values by the names that the server's configuration gives them.
std::string text_of(const McpValue& value, const std::vector<tools::Secret>& secrets) {
  if (value.secret.empty()) return value.text;
  const auto found = std::ranges::find(secrets, value.secret, &tools::Secret::name);
  return value.text + (found == secrets.end() ? std::string() : found->value);
}

}  // namespace

McpConnection::McpConnection(const Strand& strand, Parts parts, std::string name, McpServer server)
    : strand_(strand),
      parts_(std::move(parts)),
      name_(std::move(name)),
      server_(std::move(server)),
      changed_(std::make_shared<Notifier>(strand)),
      tasks_(strand, [](std::string_view task, const std::string& what) {
        spdlog::error("{} failed: {}", task, what);
      }) {}

McpConnection::~McpConnection() = default;

bool McpConnection::broken() const { return program_ != nullptr && program_->broken(); }

McpConnection::State McpConnection::state() const {
  if (connected_ && !broken()) return State::kReady;
  if (working_) return State::kStarting;
  return error_.message.empty() && !broken() ? State::kIdle : State::kFailed;
}

Error McpConnection::error() const { return broken() ? *program_->broken() : error_; }

json::object McpConnection::about() const {
  if (!client_ || !connected_) return {};
  const json::object& server = client_->server();
  return {{"protocol", client_->revision()},
          {"name", find_string(server, "name").value_or("")},
          {"version", find_string(server, "version").value_or("")}};
}

void McpConnection::log(const std::string& line) {
  if (++logged_ > limits::kMcpLogLinesMax) return;
  const tools::SecretMask mask(masked_);
  spdlog::info("MCP server {}: {}", name_, mask.masked(tools::to_valid_utf8(line)));
}

bool McpConnection::stale() const {
  if (client_->tools_changed()) return true;
  return program_ == nullptr && SteadyClock::now() - listed_ > limits::kMcpListFresh;
}

void McpConnection::want() {
  if (working_ || closing_) return;
  if (connected_ && !broken() && !stale()) return;
  if (SteadyClock::now() < next_try_) return;
  working_ = true;
  tasks_.spawn("connecting to an MCP server", work());
}

void McpConnection::try_again() {
  next_try_ = {};
  back_off_ = {};
}

void McpConnection::failed(Error error) {
  error_ = std::move(error);
  back_off_ = std::clamp(2 * back_off_, limits::kMcpBackOffMin, limits::kMcpBackOffMax);
  next_try_ = SteadyClock::now() + back_off_;
  spdlog::warn("MCP server {}: {}", name_, error_.message);
}

awaitable<void> McpConnection::work() {
  Result<void> done;
  try {
    if (connected_ && !broken()) {
      done = co_await list();
    } else {
      const mcp::Era first = first_;
      done = co_await connect();
      if (!done && first == mcp::Era::kModern && first_ != first) done = co_await connect();
    }
  } catch (const std::exception& failure) {
    done = internal(failure.what());
  }
  if (!done) {
    failed(co_await masked(std::move(done).error()));
    co_await drop();
  } else {
    error_ = {};
  }
  working_ = false;
  changed_->notify_all();
}

awaitable<void> McpConnection::drop() {
  connected_ = false;
  stop_.request_stop();
  if (transport_) co_await transport_->close();
  while (calls_ > 0) co_await changed_->wait();
  program_ = nullptr;
  transport_.reset();
  if (!closing_) stop_ = {};
}

awaitable<Result<std::vector<tools::Secret>>> McpConnection::secrets() const {
  const std::set<std::string> names = server_.secrets();
  if (names.empty()) co_return std::vector<tools::Secret>();
  if (parts_.secrets == nullptr) co_return not_found("this server keeps no secrets");
  std::vector<std::string> wanted(names.begin(), names.end());
  auto look = [this, &wanted] { return parts_.secrets->values(parts_.workspace, wanted); };
  co_return co_await parts_.pool.run(std::move(look));
}

awaitable<std::string> McpConnection::masked(std::string text) const {
  std::vector<tools::Secret> secrets = masked_;
  if (parts_.authorizer) {
    auto token = co_await parts_.authorizer->token();
    if (token && !token->empty()) secrets.push_back({"TOKEN", *std::move(token)});
  }
  const tools::SecretMask mask(secrets);
  co_return mask.masked(tools::to_valid_utf8(text));
}

awaitable<Error> McpConnection::masked(Error error) const {
  error.message = co_await masked(std::move(error.message));
  co_return error;
}

awaitable<Result<void>> McpConnection::connect() {
  co_await drop();
  CO_TRY(const std::vector<tools::Secret> values, co_await secrets());
  masked_ = values;
  mcp::Client::Options options{
      .name = "coditect", .version = "2.0.0", .start = kStart, .probe = kProbe, .first = first_};
  if (!server_.url) options.silence = mcp::Client::Options::Silence::kMeansOlder;
  options.on_log = [this](const std::string& line) { log(line); };
  client_ = std::make_unique<mcp::Client>(std::move(options));
  CO_TRY(transport_, co_await open(values));
  auto said = co_await client_->connect(*transport_, stop_.get_token());
  if (!said && broken()) {
    // A program may end at a question that it does not know.
    const bool modern = first_ == mcp::Era::kModern;
    first_ = modern ? mcp::Era::kLegacy : mcp::Era::kModern;
  }
  if (!said) co_return broken() ? *program_->broken() : std::move(said).error();
  connected_ = true;
  const bool modern = client_->revision() == mcp::kModernRevision;
  first_ = modern ? mcp::Era::kModern : mcp::Era::kLegacy;
  co_return co_await list();
}

awaitable<Result<std::unique_ptr<mcp::Transport>>> McpConnection::open(
    const std::vector<tools::Secret>& values) {
  if (server_.url) co_return open_http(values);
  if (parts_.launcher == nullptr) co_return unavailable("this server cannot run programs");
  tools::PipedSpec spec;
  spec.argv = server_.command;
  spec.project_root = parts_.project;
  spec.access = tools::ProjectAccess::kReadOnly;
  if (server_.network) spec.network = tools::Network::kAllowList;
  spec.home = parts_.home;
  auto make_home = [this] { return make_directories(parts_.home); };
  CO_TRY_VOID(co_await parts_.pool.run(std::move(make_home)));
  std::string path;
  if (parts_.settings != nullptr) spec.programs = parts_.settings->options().programs;
  for (const auto& folder : spec.programs) {
    for (const char* place : {"/node_modules/.bin:", "/bin:", ":"}) path += folder.string() + place;
  }
  spec.environment.emplace_back("PATH", path + "/usr/local/bin:/usr/bin:/bin");
  for (const auto& [name, value] : server_.environment) {
    std::string text = text_of(value, values);
    if (value.secret.empty()) {
      spec.environment.emplace_back(name, std::move(text));
    } else {
      spec.secrets.push_back({name, std::move(text)});
    }
  }
  CO_TRY(auto program, co_await StdioTransport::start(strand_, *parts_.launcher, parts_.pool,
                                                      std::move(spec), *client_));
  program_ = program.get();
  co_return std::unique_ptr<mcp::Transport>(std::move(program));
}

Result<std::unique_ptr<mcp::Transport>> McpConnection::open_http(
    const std::vector<tools::Secret>& values) {
  mcp::HttpTransport::Options options{.url = *server_.url};
  if (parts_.settings != nullptr) {
    const McpSettings::Options& settings = parts_.settings->options();
    TRY(options.proxy, net_client::choose_proxy(settings.proxy, options.url));
    options.trusted_certificates = settings.trusted_certificates;
  }
  bool authorized = false;
  for (const auto& [name, value] : server_.headers) {
    std::string text = text_of(value, values);
    if (std::ranges::any_of(text,
                            [](char each) { return static_cast<unsigned char>(each) < ' '; })) {
      return invalid("the secret " + value.secret + " holds a line end, which no header can",
                     "set it again without one");
    }
    options.headers.push_back({name, std::move(text)});
    authorized |= ::strcasecmp(name.c_str(), "authorization") == 0;
  }
  TRY(auto transport, mcp::HttpTransport::create(strand_, std::move(options), *client_,
                                                 authorized ? nullptr : parts_.authorizer.get()));
  return std::unique_ptr<mcp::Transport>(std::move(transport));
}

awaitable<Result<void>> McpConnection::list() {
  auto listed = co_await client_->list_tools(stop_.get_token());
  if (!listed && broken()) co_return *program_->broken();
  if (!listed) co_return std::move(listed).error();
  std::vector<std::string> own;
  for (const mcp::Tool& tool : *listed) own.push_back(tool.name);
  const auto names = offered_names(name_, own);
  std::map<std::string, mcp::Tool> tools;
  for (mcp::Tool& tool : *listed) {
    if (!server_.offers(tool.name)) continue;
    tools.emplace(names.at(tool.name), std::move(tool));
  }
  tools_ = std::move(tools);
  left_out_ = client_->left_out();
  listed_ = SteadyClock::now();
  co_return Result<void>{};
}

awaitable<Result<void>> McpConnection::ready(SteadyClock::time_point deadline,
                                             std::stop_token stop) {
  want();
  while (working_ && !closing_ && !stop.stop_requested() && SteadyClock::now() < deadline) {
    // A stop is looked for now and then: nothing hangs on a moment here.
    const auto look = SteadyClock::now() + std::chrono::milliseconds(250);
    co_await changed_->wait_until(std::min(deadline, look));
  }
  if (connected_ && !broken()) {
    try_again();
    co_return Result<void>{};
  }
  if (stop.stop_requested()) co_return Error{Errc::kCancelled, "the call was stopped", {}};
  if (working_) co_return unavailable("it has not started yet");
  if (broken()) co_return *program_->broken();
  if (error_.message.empty()) co_return unavailable("it is not there");
  co_return error_;
}

awaitable<Result<mcp::ToolResult>> McpConnection::call_once(const mcp::Tool& tool,
                                                            json::object arguments,
                                                            std::stop_token stop) {
  // The transport is not let go before every call has left it.
  const Counted counted(calls_, *changed_);
  const mcp::CallTime time{server_.timeout, limits::kMcpCallMax};
  co_return co_await client_->call_tool(tool, std::move(arguments), time, std::move(stop));
}

awaitable<Result<mcp::ToolResult>> McpConnection::call(mcp::Tool tool, json::object arguments,
                                                       std::stop_token stop) {
  for (int attempt = 1;; ++attempt) {
    CO_TRY_VOID(co_await ready(SteadyClock::now() + limits::kMcpStartMax, stop));
    LinkedStop over(stop_.get_token());
    const std::stop_callback forward(stop, [&over] { over.request_stop(); });
    auto result = co_await call_once(tool, arguments, over.token());
    if (result) {
      result->text = co_await masked(std::move(result->text));
      co_return result;
    }
    const Errc code = result.error().code;
    if (code == Errc::kConflict || code == Errc::kDenied) connected_ = false;
    if (code == Errc::kCancelled && !stop.stop_requested()) {
      co_return unavailable("the connection ended in the middle of the call");
    }
    // It has done nothing where it only does not know the session any more.
    if (code != Errc::kConflict || attempt > 1)
      co_return co_await masked(std::move(result).error());
  }
}

awaitable<void> McpConnection::close() {
  closing_ = true;
  stop_.request_stop();
  changed_->notify_all();
  co_await tasks_.join();
  co_await drop();
  co_await tasks_.close();
}

}  // namespace coditect::workspace
