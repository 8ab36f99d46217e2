#include "workspace/host/command_book.h"

#include "base/check.h"
#include "base/log.h"
#include "workspace/files/put_back.h"

namespace coditect::workspace {

namespace {

/// Files of one glob that are held fast; those beyond are only put back.
constexpr std::size_t kHeldFilesMax = 1000;

Actor process_of(const tools::Caller& caller) {
  return {"process:" + caller.task.str(), {}, caller.task.str()};
}

std::vector<std::string> listed(const std::set<std::string>& names) {
  return {names.begin(), names.end()};
}

}  // namespace

Result<tools::CommandScope> CommandBook::begin(tools::Caller caller, Author author) {
  Running command;
  command.caller = std::move(caller);
  command.author = author;
  command.paths = hold(command);
  TRY(command.read_only, tools::ReadOnlyPaths::create(command.paths));
  tools::CommandScope scope;
  scope.id = ++last_;
  scope.read_only = command.read_only;
  running_.emplace(scope.id, std::move(command));
  return scope;
}

awaitable<tools::CommandChanges> CommandBook::end(std::uint64_t scope) {
  const auto place = running_.find(scope);
  check(place != running_.end(), "a command ends once");
  const tools::Caller caller = place->second.caller;
  auto compared = co_await parts_.files.reconcile_folder("", process_of(caller));
  // Their content and not only their time: that can be set to what it was.
  const auto locked = locked_by_others(caller.actor());
  for (const auto& [path, holder] : locked) {
    if (!compared || parts_.state.files.find(path) == nullptr) continue;
    compared = co_await parts_.files.reconcile(path, process_of(caller));
  }
  Running command = std::move(running_.at(scope));
  running_.erase(scope);
  tools::CommandChanges changes{listed(command.changed), listed(command.put_back),
                                listed(command.held)};
  if (compared) compared = co_await parts_.log.durable(parts_.log.head());
  if (!compared) changes.paths.push_back("(the project could not be compared)");
  co_return changes;
}

void CommandBook::after_apply(const Event& event) {
  if (running_.empty()) return;
  const std::string path = find_string(event.data, "path").value_or("");
  const bool edit = event.type == "file_edit";
  for (auto& [id, command] : running_) {
    if (edit && event.actor == process_of(command.caller).name) command.changed.insert(path);
    // An edit by its holder puts another file in the place of the one that is held fast.
    const bool replaced = edit && event.actor != process_of(command.caller).name &&
                          !holder_of(path, command.caller.actor()).empty();
    if (event.type == "lock_acquired" || event.type == "lock_released") update(command);
    if (replaced) command.read_only->set(command.paths);
  }
}

bool CommandBook::holds(const std::string& holder, const std::string& path) const {
  const auto file = locks::PathPattern::file(path);
  if (!file) return false;
  for (const auto& [token, lock] : parts_.state.locks.locks()) {
    if (lock.holder == holder && lock.path.overlaps(*file)) return true;
  }
  return false;
}

std::optional<Actor> CommandBook::author(const std::string& path) const {
  for (const auto& [id, command] : running_) {
    const std::string holder = command.caller.actor();
    if (command.author == Author::kAgent && holds(holder, path)) {
      return Actor{holder, {}, command.caller.task.str()};
    }
  }
  return std::nullopt;
}

Actor CommandBook::outside_actor() const {
  if (running_.empty()) return outside();
  // With several commands at once a change cannot be told apart; the newest one gets it.
  return process_of(running_.rbegin()->second.caller);
}

bool CommandBook::refuses(const std::string& path) const {
  if (running_.empty()) return false;
  for (const auto& [id, command] : running_) {
    const std::string holder = command.caller.actor();
    if (parts_.state.locks.check_write(path, holder, std::nullopt, parts_.clock.now()))
      return false;
  }
  return true;
}

awaitable<bool> CommandBook::put_back(std::string path, std::optional<FileInfo> known) {
  check(!running_.empty(), "refuses() comes first");
  const std::uint64_t id = running_.rbegin()->first;
  const tools::Caller caller = running_.rbegin()->second.caller;
  const std::string holder = holder_of(path, caller.actor());
  Result<Displaced> done = Displaced{};
  std::optional<std::string> bytes;
  if (known) {
    auto durable = co_await parts_.log.on_disk(known->version);
    if (!durable) done = std::move(durable).error();
    auto content = co_await parts_.queries.content_at(path, known->version);
    if (content) {
      bytes = *std::move(content);
    } else {
      done = std::move(content).error();
    }
  }
  if (done) {
    auto work = [this, &path, &bytes, mode = known ? known->mode : 0644u] {
      return workspace::put_back(parts_.files.folder(), parts_.blobs, parts_.random, path, bytes,
                                 mode);
    };
    done = co_await parts_.disk.run(std::move(work));
  }
  json::object data{{"path", path}, {"holder", holder}, {"put_back", done.ok()}};
  if (done && !done->hash.empty()) data["blob"] = done->hash;
  if (done && !done->moved.empty()) data["moved"] = json::value_from(done->moved);
  if (!done) data["error"] = done.error().message;
  const Actor actor = process_of(caller);
  parts_.log.append({"file_put_back", actor.name, {}, actor.task, std::move(data)});
  // It may have ended meanwhile.
  if (const auto command = running_.find(id); command != running_.end() && done) {
    command->second.put_back.insert(path + " (" + holder + ")");
    command->second.read_only->set(command->second.paths);
  }
  if (!done) {
    spdlog::warn("what a command changed in {}, which {} has locked, stays: {}", path, holder,
                 done.error().message);
  }
  co_return done.ok();
}

std::map<std::string, std::string> CommandBook::locked_by_others(const std::string& holder) const {
  std::map<std::string, std::string> locked;
  const auto& files = parts_.state.files.files();
  for (const auto& [token, lock] : parts_.state.locks.locks()) {
    if (lock.holder == holder) continue;
    const std::string& key = lock.path.key();
    if (lock.path.kind() != locks::PathPattern::Kind::kGlob) {
      locked.emplace(key.substr(0, key.empty() ? 0 : key.size() - 1), lock.holder);
      continue;
    }
    std::size_t held = 0;
    for (auto file = files.lower_bound(key); file != files.end() && held < kHeldFilesMax; ++file) {
      if (!file->first.starts_with(key)) break;
      const auto pattern = locks::PathPattern::file(file->first);
      if (!pattern || !lock.path.overlaps(*pattern)) continue;
      locked.emplace(file->first, lock.holder);
      ++held;
    }
  }
  return locked;
}

std::string CommandBook::holder_of(const std::string& path, const std::string& other_than) const {
  const auto file = locks::PathPattern::file(path);
  if (!file) return {};
  for (const auto& [token, lock] : parts_.state.locks.locks()) {
    if (lock.holder != other_than && lock.path.overlaps(*file)) return lock.holder;
  }
  return {};
}

void CommandBook::update(Running& command) {
  std::vector<std::string> paths = hold(command);
  if (paths == command.paths) return;
  command.paths = std::move(paths);
  command.read_only->set(command.paths);
}

std::vector<std::string> CommandBook::hold(Running& command) const {
  std::vector<std::string> paths;
  for (const auto& [path, holder] : locked_by_others(command.caller.actor())) {
    paths.push_back(path);
    command.held.insert((path.empty() ? "the whole project" : path) + " (" + holder + ")");
  }
  return paths;
}

}  // namespace coditect::workspace
