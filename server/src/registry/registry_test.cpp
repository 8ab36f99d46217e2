#include "registry/registry.h"

#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <thread>

#include "base/limits.h"
#include "registry/folder_size.h"
#include "registry/test_node.h"
#include "storage/archive/archive_test_support.h"

namespace coditect::registry {
namespace {

namespace fs = std::filesystem;
using workspace::Meta;
using workspace::Workspace;

template <class T>
Errc code_of(const Result<T>& result) {
  EXPECT_FALSE(result);
  return result ? Errc::kInternal : result.error().code;
}

/// A node that is stopped, started again, or dies, on one data folder after another.
class RegistryTest : public testing::Test {
 public:
  RegistryTest() { node_.emplace(folder_.path() / "data"); }

  Registry& registry() { return node_->registry(); }
  Result<Meta> provision(std::string name, json::object source) {
    return node_->run(registry().provision({std::move(name), std::move(source), "user:ann"}));
  }
  Result<Meta> find(const WorkspaceId& id) { return node_->run(registry().find(id)); }
  Result<Meta> sleep(const WorkspaceId& id) { return node_->run(registry().sleep(id)); }
  Result<Meta> remove(const WorkspaceId& id) {
    return node_->run(registry().remove(id, "user:ann"));
  }
  Result<Meta> undelete(const WorkspaceId& id) {
    return node_->run(registry().undelete(id, "user:ann"));
  }
  bool wakes(const WorkspaceId& id) { return node_->run(registry().wake(id)).ok(); }

  /// Stops the node as SIGTERM does, lets `change` happen to its folder, and starts it again.
  void restart(const std::function<void()>& change = [] {}) {
    const fs::path data = node_->data();
    node_.reset();
    change();
    node_.emplace(data);
  }
  /// The node dies: its folder is as it is at this moment, and then `change` happens to it.
  void crash(const std::function<void()>& change = [] {}) {
    const fs::path survivor = folder_.path() / ("data" + std::to_string(++lives_));
    fs::copy(node_->data(), survivor, fs::copy_options::recursive);
    node_.reset();
    // The data folder's name is that of the first life, which `change` knows.
    fs::remove_all(folder_.path() / "data");
    fs::rename(survivor, folder_.path() / "data");
    change();
    node_.emplace(folder_.path() / "data");
  }
  /// Rewrites a workspace's row while no node runs.
  void edit_row(const WorkspaceId& id, const std::function<void(Meta&)>& edit) {
    const fs::path file = workspace_folder() / id.str() / "workspace.json";
    auto meta = workspace::load_meta(file);
    ASSERT_TRUE(meta);
    edit(*meta);
    ASSERT_TRUE(workspace::save_meta(file, *meta));
  }
  fs::path workspace_folder() const {
    return folder_.path() / "data/organizations/local/teams/local/users/owner/workspaces";
  }
  std::size_t folders() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(workspace_folder()), fs::directory_iterator()));
  }
  std::string text_of(const WorkspaceId& id, const std::string& path) const {
    auto text = read_file(workspace_folder() / id.str() / "projects" / path);
    return text ? *std::move(text) : "(none)";
  }

  archive::TemporaryFolder folder_;
  std::optional<TestNode> node_;
  int lives_ = 0;
};

TEST_F(RegistryTest, ProvisionsFromEveryKindOfSource) {
  const fs::path project = folder_.path() / "project";
  fs::create_directories(project / "src");
  archive::overwrite(project / "src" / "a.txt", "hello");
  const std::string path = project.string();
  const struct {
    const char* name;
    json::object source;
    const char* file;
    const char* text;  // "" for any
  } cases[] = {{"empty", {{"kind", "empty"}}, "a.txt", "(none)"},
               {"path", {{"kind", "path"}, {"path", path}}, "src/a.txt", "hello"},
               {"template", {{"kind", "template"}, {"name", "notes"}}, "README.md", ""}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto made = provision(c.name, c.source);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->name, c.name);
    EXPECT_EQ(made->state, Meta::State::kReady);
    EXPECT_EQ(made->source, c.source);
    if (*c.text != '\0') EXPECT_EQ(text_of(made->id, c.file), c.text);
    EXPECT_NE(text_of(made->id, "README.md") == "(none)", std::string_view(c.name) == "template");
    const std::vector<std::string> begin{"workspace_created", "session_started", "checkpoint"};
    EXPECT_EQ(node_->event_types(made->id), begin);
    EXPECT_EQ(find(made->id)->name, c.name);
    for (const char* database : {"sessions", "messages", "artifacts", "parsed_sessions",
                                 "agent_metrics", "workspace_idx"}) {
      const fs::path databases = workspace_folder() / made->id.str() / "databases";
      EXPECT_TRUE(fs::exists(databases / (std::string(database) + ".db"))) << database;
    }
  }
  EXPECT_EQ(folders(), std::size(cases));
}

TEST_F(RegistryTest, RefusesWithoutLeavingAnything) {
  const std::string data = node_->data().string();
  const struct {
    const char* what;
    std::string name;
    json::object source;
    Errc code;
  } cases[] = {{"no name", "", {{"kind", "empty"}}, Errc::kInvalid},
               {"a long name",
                std::string(limits::kNameBytesMax + 1, 'a'),
                {{"kind", "empty"}},
                Errc::kInvalid},
               {"a control character", "a\nb", {{"kind", "empty"}}, Errc::kInvalid},
               {"no kind", "a", {}, Errc::kInvalid},
               {"an unknown kind", "a", {{"kind", "svn"}}, Errc::kInvalid},
               {"an unknown template", "a", {{"kind", "template"}, {"name", "x"}}, Errc::kNotFound},
               {"no folder", "a", {{"kind", "path"}, {"path", "/no/such/folder"}}, Errc::kNotFound},
               {"the server's own data", "a", {{"kind", "path"}, {"path", data}}, Errc::kDenied},
               {"nobody's repository",
                "a",
                {{"kind", "git"}, {"url", "http://127.0.0.1:1/a.git"}},
                Errc::kUnavailable}};
  for (const auto& c : cases) {
    EXPECT_EQ(code_of(provision(c.name, c.source)), c.code) << c.what;
    EXPECT_EQ(folders(), 0u) << c.what;
  }
  EXPECT_EQ(node_->run(registry().counts()).all, 0u);
  EXPECT_TRUE(provision(std::string(limits::kNameBytesMax, 'a'), {{"kind", "empty"}}));
}

TEST_F(RegistryTest, AProvisioningThatCannotBeStoredLeavesNothing) {
  // A file where the databases' templates were: the copy into the new workspace fails.
  const fs::path templates = node_->data() / "node" / "templates";
  fs::remove_all(templates);
  EXPECT_FALSE(provision("a", {{"kind", "empty"}}));
  EXPECT_EQ(folders(), 0u);
  EXPECT_EQ(node_->run(registry().counts()).all, 0u);
}

TEST_F(RegistryTest, ListsInPages) {
  std::vector<std::string> expected;
  for (int i = 0; i < 5; ++i) expected.push_back(node_->provision("w").id.str());
  std::ranges::sort(expected);
  const WorkspaceId gone(expected[2]);
  ASSERT_TRUE(remove(gone));
  expected.erase(expected.begin() + 2);
  for (const std::size_t limit : {1u, 2u, 3u, 4u, 5u}) {
    std::vector<std::string> listed;
    std::string cursor;
    do {
      const Page page = node_->run(registry().list(cursor, limit));
      EXPECT_LE(page.workspaces.size(), limit);
      EXPECT_FALSE(page.workspaces.empty());
      for (const Meta& meta : page.workspaces) listed.push_back(meta.id.str());
      cursor = page.next_cursor;
    } while (!cursor.empty());
    EXPECT_EQ(listed, expected) << limit;
  }
  EXPECT_TRUE(node_->run(registry().list("zzz", 5)).workspaces.empty());
}

TEST_F(RegistryTest, SleepsAndWakes) {
  const WorkspaceId id = node_->provision("w").id;
  EXPECT_EQ(node_->run(registry().counts()).awake, 1u);
  ASSERT_TRUE(sleep(id));
  EXPECT_EQ(find(id)->state, Meta::State::kAsleep);
  EXPECT_EQ(node_->run(registry().counts()).awake, 0u);
  EXPECT_EQ(node_->run(registry().any_awake()), nullptr);
  ASSERT_TRUE(sleep(id)) << "asleep is what was asked for";
  restart();
  EXPECT_EQ(find(id)->state, Meta::State::kAsleep) << "it is not woken for nothing";
  EXPECT_EQ(node_->run(registry().counts()).awake, 0u);
  const auto types = node_->event_types(id);
  ASSERT_GE(types.size(), 2u);
  EXPECT_EQ(types[types.size() - 2], "workspace_asleep");
  EXPECT_EQ(types.back(), "workspace_woken");
  EXPECT_EQ(find(id)->state, Meta::State::kReady);
}

TEST_F(RegistryTest, EverybodyWakesTheSameWorkspace) {
  const WorkspaceId id = node_->provision("w").id;
  ASSERT_TRUE(sleep(id));
  std::vector<std::future<Result<std::shared_ptr<Workspace>>>> callers;
  for (int i = 0; i < 16; ++i) callers.push_back(node_->begin(registry().wake(id)));
  std::set<Workspace*> woken;
  for (auto& caller : callers) {
    auto awake = caller.get();
    ASSERT_TRUE(awake) << awake.error().message;
    woken.insert(awake->get());
  }
  EXPECT_EQ(woken.size(), 1u);
  EXPECT_EQ(std::ranges::count(node_->event_types(id), "workspace_woken"), 1);
}

TEST_F(RegistryTest, DoesNotSleepWhileAnAgentWorks) {
  const WorkspaceId id = node_->provision("w").id;
  node_->model().held = true;
  auto submit = [](Workspace& each) -> awaitable<Result<json::value>> {
    workspace::TaskRequest request;
    request.agent = "claude";
    request.prompt = "work";
    CO_TRY_VOID(co_await each.tasks().submit({"user:ann", each.session(), {}}, std::move(request)));
    co_return json::value();
  };
  const auto submitted = node_->perform(id, submit);
  ASSERT_TRUE(submitted) << submitted.error().message;
  EXPECT_EQ(code_of(sleep(id)), Errc::kConflict);
  EXPECT_EQ(find(id)->state, Meta::State::kReady);
  // A restart interrupts the task, which begins again.
  restart();
  EXPECT_EQ(node_->run(registry().counts()).awake, 1u);
  const auto types = node_->event_types(id);
  EXPECT_EQ(std::ranges::count(types, "task_queued"), 1);
  EXPECT_EQ(std::ranges::count(types, "workspace_asleep"), 0);
}

TEST_F(RegistryTest, RefusesWhatIsNotThere) {
  const WorkspaceId nobody("ws_nobody");
  EXPECT_EQ(code_of(find(nobody)), Errc::kNotFound);
  EXPECT_EQ(code_of(sleep(nobody)), Errc::kNotFound);
  EXPECT_EQ(code_of(remove(nobody)), Errc::kNotFound);
  EXPECT_EQ(code_of(undelete(nobody)), Errc::kNotFound);
  EXPECT_EQ(code_of(node_->run(registry().wake(nobody))), Errc::kNotFound);
  EXPECT_EQ(code_of(node_->run(registry().renew(nobody, "user:ann"))), Errc::kNotFound);
}

TEST_F(RegistryTest, TheTrashKeepsEverythingAndGivesItBack) {
  const json::object notes{{"kind", "template"}, {"name", "notes"}};
  const WorkspaceId id = node_->provision("w", notes).id;
  const std::string readme = text_of(id, "README.md");
  ASSERT_TRUE(remove(id));
  for (int life = 0; life < 2; ++life) {
    EXPECT_EQ(code_of(find(id)), Errc::kNotFound);
    EXPECT_EQ(code_of(sleep(id)), Errc::kNotFound);
    EXPECT_EQ(code_of(remove(id)), Errc::kNotFound);
    EXPECT_FALSE(wakes(id));
    EXPECT_EQ(node_->run(registry().counts()).all, 0u);
    EXPECT_TRUE(node_->run(registry().list("", 10)).workspaces.empty());
    restart();
  }
  const auto back = undelete(id);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_FALSE(back->deleted_at);
  EXPECT_EQ(text_of(id, "README.md"), readme);
  EXPECT_EQ(code_of(undelete(id)), Errc::kConflict);
  const auto types = node_->event_types(id);
  EXPECT_EQ(std::ranges::count(types, "workspace_deleted"), 1);
  EXPECT_EQ(std::ranges::count(types, "workspace_undeleted"), 1);
}

TEST_F(RegistryTest, TheTrashIsEmptiedAfterItsTime) {
  const WorkspaceId old = node_->provision("old").id;
  const WorkspaceId young = node_->provision("young").id;
  ASSERT_TRUE(remove(old));
  ASSERT_TRUE(remove(young));
  const fs::path secrets = node_->data() / "node" / "secrets";
  {
    auto store = workspace::SecretStore::open(secrets);
    ASSERT_TRUE(store);
    for (const WorkspaceId& id : {old, young}) {
      ASSERT_TRUE((*store)->set(id, {"TOKEN", Time{}, "user:ann"}, "long enough"));
    }
  }
  restart([&] {
    edit_row(old, [](Meta& meta) { *meta.deleted_at -= limits::kTrashKept; });
    edit_row(young, [](Meta& meta) { *meta.deleted_at -= limits::kTrashKept / 2; });
  });
  // Emptied in the background, begun by the start.
  for (int i = 0; i < 500 && fs::exists(workspace_folder() / old.str()); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_FALSE(fs::exists(workspace_folder() / old.str()));
  EXPECT_FALSE(fs::exists(secrets / (old.str() + ".sealed")));
  EXPECT_TRUE(fs::exists(secrets / (young.str() + ".sealed")));
  EXPECT_EQ(code_of(undelete(old)), Errc::kNotFound);
  EXPECT_TRUE(undelete(young));
}

TEST_F(RegistryTest, ACrashInTheMiddleOfAProvisioningLeavesNothing) {
  const WorkspaceId kept = node_->provision("kept").id;
  const WorkspaceId cut = node_->provision("cut").id;
  crash([&] {
    // As it is before the last step: folders, databases and events are there, the row is not.
    fs::remove(workspace_folder() / cut.str() / "workspace.json");
    fs::create_directories(workspace_folder() / "ws_onlyfolders" / "projects");
  });
  EXPECT_EQ(folders(), 1u);
  EXPECT_EQ(code_of(find(cut)), Errc::kNotFound);
  EXPECT_TRUE(wakes(kept));
  EXPECT_EQ(node_->event_types(kept).size(), 3u) << "the journal had what the archive had not";
}

TEST_F(RegistryTest, ACrashInTheMiddleOfADeletion) {
  const WorkspaceId logged = node_->provision("logged").id;
  const WorkspaceId marked = node_->provision("marked").id;
  ASSERT_TRUE(remove(logged));
  ASSERT_TRUE(remove(marked));
  crash([&] {
    // After the event and before the row: nobody was told that it is deleted, so it is not.
    edit_row(logged, [](Meta& meta) {
      meta.deleted_at.reset();
      meta.state = Meta::State::kReady;
    });
    // After the row and before it falls asleep: it is deleted, and not woken.
    edit_row(marked, [](Meta& meta) { meta.state = Meta::State::kReady; });
  });
  EXPECT_EQ(node_->run(registry().counts()).awake, 1u);
  EXPECT_TRUE(find(logged));
  EXPECT_TRUE(remove(logged));
  EXPECT_EQ(code_of(find(marked)), Errc::kNotFound);
  EXPECT_TRUE(undelete(marked));
  EXPECT_TRUE(undelete(logged));
}

TEST_F(RegistryTest, ClosingWaitsForAProvisioning) {
  const json::object notes{{"kind", "template"}, {"name", "notes"}};
  std::vector<std::future<Result<Meta>>> under_way;
  for (int i = 0; i < 4; ++i) {
    under_way.push_back(node_->begin(registry().provision({"w", notes, "user:ann"})));
  }
  node_->run(registry().close());
  std::size_t made = 0;
  for (auto& each : under_way) {
    const auto result = each.get();
    if (result) ++made;
    if (!result) EXPECT_EQ(result.error().code, Errc::kUnavailable);
  }
  EXPECT_EQ(folders(), made);
  EXPECT_EQ(node_->run(registry().any_awake()), nullptr);
  EXPECT_EQ(code_of(provision("late", notes)), Errc::kUnavailable);
  restart();
  EXPECT_EQ(node_->run(registry().counts()).all, made);
  EXPECT_EQ(node_->run(registry().counts()).awake, made);
}

TEST_F(RegistryTest, NothingWakesAfterTheClose) {
  const WorkspaceId asleep = node_->provision("asleep").id;
  const WorkspaceId trashed = node_->provision("trashed").id;
  ASSERT_TRUE(sleep(asleep));
  ASSERT_TRUE(remove(trashed));
  node_->run(registry().close());
  EXPECT_EQ(code_of(node_->run(registry().wake(asleep))), Errc::kUnavailable);
  EXPECT_EQ(code_of(remove(asleep)), Errc::kUnavailable);
  EXPECT_EQ(code_of(undelete(trashed)), Errc::kUnavailable);
  EXPECT_EQ(node_->run(registry().failures(10)).size(), 0u) << "that is no damage";
  restart();
  EXPECT_EQ(code_of(find(trashed)), Errc::kNotFound) << "a refused undelete leaves it in the trash";
  EXPECT_TRUE(undelete(trashed));
}

TEST_F(RegistryTest, TellsWhichWorkspacesCannotBeOpened) {
  const WorkspaceId good = node_->provision("good").id;
  const WorkspaceId bad = node_->provision("bad").id;
  const fs::path projects = workspace_folder() / bad.str() / "projects";
  restart([&] {
    fs::remove_all(projects);
    archive::overwrite(projects, "a file where the folder was");
  });
  Registry::Counts counts = node_->run(registry().counts());
  EXPECT_EQ(counts.all, 2u);
  EXPECT_EQ(counts.awake, 1u);
  EXPECT_EQ(counts.failed, 1u);
  const auto failures = node_->run(registry().failures(10));
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_EQ(failures[0].id, bad);
  EXPECT_FALSE(failures[0].reason.empty());
  EXPECT_TRUE(node_->run(registry().failures(0)).empty());
  EXPECT_TRUE(wakes(good));
  EXPECT_FALSE(wakes(bad));
  fs::remove(projects);
  EXPECT_TRUE(wakes(bad));
  counts = node_->run(registry().counts());
  EXPECT_EQ(counts.failed, 0u);
  EXPECT_TRUE(node_->run(registry().failures(10)).empty());
}

TEST_F(RegistryTest, RenewsASessionToItsFullLength) {
  const WorkspaceId id = node_->provision("w").id;
  ASSERT_TRUE(sleep(id));
  const auto renewed = node_->run(registry().renew(id, "user:ann"));
  ASSERT_TRUE(renewed) << renewed.error().message;
  EXPECT_EQ(renewed->state, Meta::State::kReady);
  EXPECT_EQ(std::ranges::count(node_->event_types(id), "session_renewed"), 1);
}

TEST_F(RegistryTest, WhatAWorkspaceTakesOfTheDiskIsMeasuredAndKept) {
  const Meta made = *provision("first", {{"kind", "template"}, {"name", "notes"}});
  std::optional<std::uint64_t> bytes;
  for (int attempt = 0; attempt < 200 && !bytes; ++attempt) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    bytes = find(made.id)->disk_bytes;
  }
  ASSERT_TRUE(bytes);
  EXPECT_GT(*bytes, 100'000u) << "six databases, at least";
  EXPECT_FALSE(find(made.id)->store_bytes) << "nothing is copied";
  EXPECT_EQ(node_->run(registry().counts()).disk_bytes, *bytes);
  ASSERT_TRUE(sleep(made.id));
  restart();
  EXPECT_EQ(find(made.id)->disk_bytes, bytes);
}

TEST(FolderSize, CountsWhatIsBelowAndFollowsNoLink) {
  const archive::TemporaryFolder folder;
  fs::create_directories(folder.path() / "a" / "b");
  std::ofstream(folder.path() / "a" / "b" / "file") << std::string(10'000, 'x');
  std::ofstream(folder.path() / "other") << "four";
  fs::create_directory_symlink("/usr", folder.path() / "a" / "link");
  const FolderSize size = folder_size(folder.path());
  EXPECT_EQ(size.content_bytes, 10'004u);
  EXPECT_GE(size.disk_bytes, 3u * 4096);
  EXPECT_LT(size.disk_bytes, 1'000'000u);
  EXPECT_EQ(folder_size(folder.path() / "none").disk_bytes, 0u);
}

}  // namespace
}  // namespace coditect::registry
