#include "registry/forker.h"

#include "base/log.h"

namespace coditect::registry {

namespace {

using workspace::Place;
using workspace::Workspace;

}  // namespace

bool is_fork(const json::object& source) { return find_string(source, "kind") == "workspace"; }

Result<ForkSource> parse_fork(const json::object& source) {
  for (const auto& [name, value] : source) {
    if (name == "kind" || name == "id" || name == "through_seq") continue;
    return invalid("a source of kind workspace has no '" + std::string(name) + "'",
                   R"(give {"kind":"workspace","id":…,"through_seq":…})");
  }
  ForkSource fork;
  TRY(std::string id, need_string(source, "id"));
  fork.workspace = WorkspaceId(std::move(id));
  if (source.contains("through_seq")) {
    TRY(const std::int64_t through, need_int(source, "through_seq"));
    if (through < 1) return invalid("through_seq is the number of an event", "the first is 1");
    fork.through = static_cast<Sequence>(through);
  }
  return fork;
}

awaitable<Result<Provisioner::Made>> Forker::fork(Place home, std::string folder,
                                                  WorkspaceId source, Sequence through,
                                                  Provisioner::Request request) const {
  Provisioner::Made made;
  made.meta.id = WorkspaceId(home.root().filename().string());
  replication::ForkTarget target{made.meta.id, std::move(folder)};
  auto restored = co_await replicator_.fork(source, through, std::move(target));
  if (!restored) co_return std::move(restored).error();
  for (const std::string& note : restored->notes) {
    spdlog::warn("workspace {}, a fork: {}", made.meta.id.str(), note);
  }
  auto opened = co_await open(home, std::move(source), through, std::move(request), made);
  if (opened) co_return made;
  if (made.awake) {
    auto closed = co_await Workspace::close(made.awake, Workspace::Closing::kPauses, "it failed");
    if (!closed) spdlog::error("a failed fork: {}", closed.error().message);
  }
  auto erase = [root = home.root()] {
    std::error_code ignored;  // nobody knows of it, and its name is never used again
    std::filesystem::remove_all(root, ignored);
  };
  co_await services_.disk.run(std::move(erase));
  co_return std::move(opened).error();
}

awaitable<Result<void>> Forker::open(Place home, WorkspaceId source, Sequence through,
                                     Provisioner::Request request, Provisioner::Made& made) const {
  workspace::Meta& meta = made.meta;
  meta.name = request.name;
  meta.created_at = meta.last_active_at = services_.clock.now();
  meta.durability = request.durability;
  meta.source = {{"kind", "workspace"}, {"id", source.str()}, {"through_seq", through}};
  auto save = [file = home.meta_file(), meta] { return workspace::save_meta(file, meta); };
  CO_TRY_VOID(co_await services_.disk.run(std::move(save)));
  Workspace::Before before = Workspace::Forked{
      std::move(request.user), {{"workspace", source.str()}, {"through_seq", through}}};
  CO_TRY(made.awake, co_await Workspace::open(executor_, services_, home, meta, std::move(before)));
  co_return Result<void>{};
}

}  // namespace coditect::registry
