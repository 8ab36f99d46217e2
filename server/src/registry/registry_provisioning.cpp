// How workspaces come into the registry: new, forked from another, or from another node.
#include "async/counted.h"
#include "registry/registry.h"

namespace coditect::registry {

namespace {

using workspace::Meta;
using workspace::Place;

Error no_store() {
  return unavailable("this server copies nothing to an object store", "start it with --store");
}

}  // namespace

awaitable<Result<Meta>> Registry::provision(Provisioner::Request request) {
  return run_on(strand_, provision_on_strand(std::move(request)));
}

awaitable<Result<std::shared_ptr<Upload>>> Registry::begin_upload(
    Upload::Options options, workspace::Durability durability) const {
  if (replicator_ == nullptr && durability == workspace::Durability::kReplicated) {
    co_return no_store();
  }
  co_return co_await Upload::begin(services_.disk, data_, std::move(options));
}

awaitable<Result<Meta>> Registry::provision_on_strand(Provisioner::Request request) {
  if (closing_) co_return unavailable("the server stops", "try again when it is back");
  const Counted counted(provisioning_, provisioned_);
  const workspace::Place home = place(WorkspaceId(services_.random.id("ws_")));
  auto made = co_await make(home, std::move(request));
  if (!made) co_return std::move(made).error();
  auto row = std::make_shared<Row>(strand_);
  row->meta = made->meta;
  row->awake = std::move(made->awake);
  awake_.put(row->meta.id, row->awake);
  rows_.emplace(row->meta.id, std::move(row));
  meter_.look();
  co_return std::move(made->meta);
}

awaitable<Result<Provisioner::Made>> Registry::make(Place home, Provisioner::Request request) {
  const WorkspaceId id(home.root().filename().string());
  if (replicator_ == nullptr) {
    if (request.durability == workspace::Durability::kReplicated || is_fork(request.source)) {
      co_return no_store();
    }
    co_return co_await provisioner_.provision(std::move(home), std::move(request));
  }
  replicator_->announce(id, folder_of(id));
  const bool replicated = request.durability == workspace::Durability::kReplicated;
  Result<Provisioner::Made> made;
  if (is_fork(request.source)) {
    made = co_await fork(home, std::move(request));
  } else {
    made = co_await provisioner_.provision(home, std::move(request));
  }
  if (made && replicated) {
    // Nobody is told of it before it would survive this machine.
    auto claimed = co_await replicator_->claim(id, workspace::to_json(made->meta));
    if (!claimed) {
      co_await provisioner_.discard(std::move(home), *std::move(made));
      made = std::move(claimed).error();
    }
  }
  if (!made) {
    replicator_->table().remove(id);
    co_return made;
  }
  background_.spawn("announcing a workspace", keeper_->announce(made->meta));
  co_return made;
}

awaitable<Result<Provisioner::Made>> Registry::fork(Place home, Provisioner::Request request) {
  CO_TRY_VOID(check_workspace_name(request.name));
  CO_TRY(const ForkSource source, parse_fork(request.source));
  CO_TRY_VOID(co_await wake_on_strand(source.workspace));
  CO_TRY(const std::shared_ptr<Row> row, need(source.workspace));
  // So that the store holds every event that may be asked for.
  CO_TRY(const Sequence archived, co_await keeper_->copy_now(row));
  const Sequence through = source.through.value_or(archived);
  if (through > archived) {
    co_return invalid("the workspace has no event " + std::to_string(through) + " yet",
                      "its last one is " + std::to_string(archived));
  }
  const Forker forker(executor_, services_, *replicator_);
  std::string folder = folder_of(WorkspaceId(home.root().filename().string()));
  co_return co_await forker.fork(std::move(home), std::move(folder), source.workspace, through,
                                 std::move(request));
}

awaitable<Result<void>> Registry::adopt(WorkspaceId id, std::string folder) {
  return run_on(strand_, adopt_on_strand(std::move(id), std::move(folder)));
}

awaitable<Result<void>> Registry::adopt_on_strand(WorkspaceId id, std::string folder) {
  if (folder != folder_of(id)) {
    co_return invalid("the workspace " + id.str() + " belongs to another owner: " + folder);
  }
  auto load = [file = place(id).meta_file()] { return workspace::load_meta(file); };
  CO_TRY(Meta meta, co_await services_.disk.run(std::move(load)));
  auto& row = rows_[id];
  if (!row) row = std::make_shared<Row>(strand_);
  row->meta = std::move(meta);
  row->failure.clear();
  if (row->meta.state == Meta::State::kReady && !row->meta.deleted_at) {
    auto woken = co_await wake_on_strand(id);
    if (!woken) co_return std::move(woken).error();
  }
  co_return Result<void>{};
}

}  // namespace coditect::registry
