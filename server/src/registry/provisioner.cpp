#include "registry/provisioner.h"

#include "base/limits.h"
#include "base/log.h"
#include "base/posix_file.h"
#include "registry/import_source.h"
#include "registry/source.h"

namespace coditect::registry {

namespace {

namespace fs = std::filesystem;
using workspace::Place;
using workspace::Workspace;

}  // namespace

Result<void> check_workspace_name(const std::string& name) {
  if (name.empty() || name.size() > limits::kNameBytesMax) {
    return invalid("a workspace's name has 1 to " + std::to_string(limits::kNameBytesMax) +
                   " bytes");
  }
  for (const char c : name) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      return invalid("a workspace's name holds no control characters");
    }
  }
  return {};
}

Provisioner::Provisioner(asio::any_io_executor executor, const workspace::NodeServices& services,
                         fs::path data, Environment environment)
    : executor_(std::move(executor)),
      services_(services),
      data_(std::move(data)),
      environment_(std::move(environment)) {}

awaitable<Result<Provisioner::Made>> Provisioner::provision(Place home, Request request) const {
  CO_TRY_VOID(check_workspace_name(request.name));
  if (!request.upload) CO_TRY_VOID(check_source(request.source));
  Made made;
  made.meta.id = WorkspaceId(home.root().filename().string());
  made.meta.name = request.name;
  made.meta.created_at = made.meta.last_active_at = services_.clock.now();
  made.meta.durability = request.durability;
  auto begun = co_await begin(home, std::move(request), made);
  if (!begun) {
    co_await discard(std::move(home), std::move(made));
    co_return std::move(begun).error();
  }
  co_return made;
}

Result<json::object> Provisioner::prepare(const Place& home, const Request& request) const {
  // Not synced one by one: workspace.json, written last, is what makes the workspace exist.
  for (const fs::path& folder : {home.projects(), home.blobs(), home.vector_store(), home.staging(),
                                 home.root() / "databases"}) {
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed) return system_error("making " + folder.string(), failed.value());
  }
  TRY_VOID(sync_directory(home.root().parent_path()));
  TRY_VOID(services_.catalogue.create_all(home.root()));
  Result<json::object> source;
  if (request.upload) {
    source = unpack_upload(*request.upload, home.projects(), request.stop);
  } else {
    source = check_source(request.source);
    TRY_VOID(fetch_source(request.source, home.projects(), data_, environment_, request.stop));
  }
  if (source && request.stop.stop_requested()) {
    return Error{Errc::kCancelled, "making the workspace was cancelled", {}};
  }
  return source;
}

awaitable<Result<void>> Provisioner::begin(Place home, Request request, Made& made) const {
  auto fill = [this, home, request] { return prepare(home, request); };
  CO_TRY(made.meta.source, co_await services_.disk.run(std::move(fill)));
  Workspace::Before before = Workspace::New{request.user, made.meta.source};
  CO_TRY(made.awake,
         co_await Workspace::open(executor_, services_, home, made.meta, std::move(before)));
  auto save = [file = home.meta_file(), meta = made.meta] {
    return workspace::save_meta(file, meta);
  };
  co_return co_await services_.disk.run(std::move(save));
}

awaitable<void> Provisioner::discard(Place home, Made made) const {
  if (made.awake) {
    auto closed =
        co_await Workspace::close(std::move(made.awake), Workspace::Closing::kPauses, "it failed");
    if (!closed) spdlog::error("a failed provisioning: {}", closed.error().message);
  }
  auto erase = [root = home.root()] {
    std::error_code ignored;  // what is left over is removed at the next start
    fs::remove_all(root, ignored);
  };
  co_await services_.disk.run(std::move(erase));
}

}  // namespace coditect::registry
