#include "registry/source.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include "registry/host_command.h"
#include "registry/templates.h"
#include "storage/archive/archive_test_support.h"

namespace coditect::registry {
namespace {

namespace fs = std::filesystem;

TEST(CheckSource, RefusesWhatIsNoSource) {
  const std::string long_url = "https://example.org/" + std::string(4096, 'a');
  const struct {
    json::object source;
    Errc code;
  } cases[] = {
      {{}, Errc::kInvalid},
      {{{"kind", 1}}, Errc::kInvalid},
      {{{"kind", "svn"}, {"url", "https://example.org/x"}}, Errc::kInvalid},
      {{{"kind", "git"}}, Errc::kInvalid},
      {{{"kind", "git"}, {"url", ""}}, Errc::kInvalid},
      {{{"kind", "git"}, {"url", "https://"}}, Errc::kInvalid},
      {{{"kind", "git"}, {"url", "ext::sh"}}, Errc::kInvalid},
      {{{"kind", "git"}, {"url", "ext::sh -c touch%20/owned"}}, Errc::kInvalid},
      {{{"kind", "git"}, {"url", "ext::user@host:path"}}, Errc::kInvalid},
      {{{"kind", "git"}, {"url", "fd::17"}}, Errc::kInvalid},
      {{{"kind", "git"}, {"url", "--upload-pack=/bin/sh"}}, Errc::kInvalid},
      {{{"kind", "git"}, {"url", "-u@host:path"}}, Errc::kInvalid},
      {{{"kind", "git"}, {"url", "../neighbour"}}, Errc::kInvalid},
      {{{"kind", "git"}, {"url", "@host:path"}}, Errc::kInvalid},
      {{{"kind", "git"}, {"url", "https://example.org/a b"}}, Errc::kInvalid},
      {{{"kind", "git"}, {"url", "https://example.org/a\nb"}}, Errc::kInvalid},
      {{{"kind", "git"}, {"url", std::string("https://example.org/a\0b", 23)}}, Errc::kInvalid},
      {{{"kind", "git"}, {"url", long_url}}, Errc::kInvalid},
      {{{"kind", "path"}}, Errc::kInvalid},
      {{{"kind", "path"}, {"path", ""}}, Errc::kInvalid},
      {{{"kind", "path"}, {"path", "relative"}}, Errc::kInvalid},
      {{{"kind", "path"}, {"path", "~/project"}}, Errc::kInvalid},
      {{{"kind", "path"}, {"path", std::string("/a\0b", 4)}}, Errc::kInvalid},
      {{{"kind", "template"}}, Errc::kInvalid},
      {{{"kind", "template"}, {"name", "../notes"}}, Errc::kNotFound},
  };
  for (const auto& c : cases) {
    const auto checked = check_source(c.source);
    ASSERT_FALSE(checked) << json::serialize(c.source);
    EXPECT_EQ(checked.error().code, c.code) << json::serialize(c.source);
    EXPECT_FALSE(checked.error().message.empty());
  }
}

TEST(CheckSource, KeepsWhatMattersAndNothingElse) {
  const struct {
    json::object source;
    json::object checked;
  } cases[] = {
      {{{"kind", "empty"}, {"url", "x"}}, {{"kind", "empty"}}},
      {{{"kind", "path"}, {"path", "/p"}, {"x", 1}}, {{"kind", "path"}, {"path", "/p"}}},
      {{{"kind", "template"}, {"name", "notes"}}, {{"kind", "template"}, {"name", "notes"}}},
  };
  for (const auto& c : cases) {
    const auto checked = check_source(c.source);
    ASSERT_TRUE(checked) << json::serialize(c.source);
    EXPECT_EQ(*checked, c.checked);
  }
}

TEST(CheckSource, ShowsNoCredentials) {
  const struct {
    const char* url;
    const char* shown;
  } cases[] = {
      {"https://example.org/a.git", "https://example.org/a.git"},
      {"https://ann:secret@example.org/a.git", "https://example.org/a.git"},
      {"https://secret@example.org/a.git", "https://example.org/a.git"},
      {"https://ann:se@cret@example.org/a.git", "https://example.org/a.git"},
      {"https://ann:secret@example.org", "https://example.org"},
      {"https://example.org/a@b.git", "https://example.org/a@b.git"},
      {"ssh://git@example.org/a.git", "ssh://example.org/a.git"},
      {"git@example.org:a.git", "git@example.org:a.git"},
      {"/srv/a.git", "/srv/a.git"},
  };
  for (const auto& c : cases) {
    const auto checked = check_source({{"kind", "git"}, {"url", c.url}});
    ASSERT_TRUE(checked) << c.url;
    EXPECT_EQ(checked->at("url"), c.shown);
  }
}

class FetchSourceTest : public ::testing::Test {
 protected:
  FetchSourceTest() {
    for (const auto& folder : {projects(), data(), project() / "src"}) {
      fs::create_directories(folder);
    }
    archive::overwrite(project() / "src" / "a.txt", "hello");
    archive::overwrite(project() / "run.sh", "echo");
    fs::permissions(project() / "run.sh", fs::perms::owner_all);
  }

  fs::path root() const { return folder_.path(); }
  fs::path projects() const { return root() / "new"; }
  fs::path data() const { return root() / "data"; }
  fs::path project() const { return root() / "project"; }
  Result<void> fetch(const json::object& source) const {
    return fetch_source(source, projects(), data(), Environment());
  }
  Result<void> fetch_path(const fs::path& path) const {
    return fetch({{"kind", "path"}, {"path", path.string()}});
  }
  Result<void> git(std::vector<std::string> arguments) const {
    std::vector<std::string> argv{"git",           "-C", project().string(),          "-c",
                                  "user.name=Ann", "-c", "user.email=ann@example.org"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return run_host_command({.argv = std::move(argv), .environment = {}});
  }
  static std::string text_of(const fs::path& file) { return *read_file(file); }

  archive::TemporaryFolder folder_;
};

TEST_F(FetchSourceTest, CopiesAFolderWithItsLinksAsLinks) {
  fs::create_symlink("a.txt", project() / "src" / "inside");
  fs::create_symlink("/etc/passwd", project() / "outside");
  fs::create_directory_symlink("src", project() / "folder");
  fs::create_symlink("missing", project() / "broken");
  ASSERT_TRUE(fetch_path(project()));
  EXPECT_EQ(text_of(projects() / "src" / "a.txt"), "hello");
  EXPECT_EQ(fs::status(projects() / "run.sh").permissions(), fs::perms::owner_all);
  for (const char* link : {"src/inside", "outside", "folder", "broken"}) {
    EXPECT_TRUE(fs::is_symlink(projects() / link)) << link;
  }
  EXPECT_EQ(fs::read_symlink(projects() / "outside"), "/etc/passwd");
}

TEST_F(FetchSourceTest, LeavesOutWhatIsNoFile) {
  ASSERT_EQ(::mkfifo((project() / "src" / "pipe").c_str(), 0600), 0);
  const auto fetched = fetch_path(project());
  ASSERT_TRUE(fetched) << fetched.error().message;
  EXPECT_TRUE(fs::exists(projects() / "src" / "a.txt"));
  EXPECT_FALSE(fs::exists(projects() / "src" / "pipe"));
}

TEST_F(FetchSourceTest, RefusesTheServersOwnData) {
  fs::create_directories(data() / "organizations");
  fs::create_directory_symlink(data(), root() / "alias");
  for (const fs::path& path : {data(), data() / "organizations", root(), fs::path("/"),
                               root() / "alias", project() / ".." / "data"}) {
    const auto fetched = fetch_path(path);
    ASSERT_FALSE(fetched) << path;
    EXPECT_EQ(fetched.error().code, Errc::kDenied) << path;
  }
  EXPECT_TRUE(fs::is_empty(projects()));
}

TEST_F(FetchSourceTest, RefusesAFolderThatIsNotThere) {
  for (const fs::path& path : {root() / "missing", project() / "run.sh"}) {
    const auto fetched = fetch_path(path);
    ASSERT_FALSE(fetched) << path;
    EXPECT_EQ(fetched.error().code, Errc::kNotFound) << path;
  }
}

TEST_F(FetchSourceTest, ClonesARepositoryAndRunsNothingOfIt) {
  ASSERT_TRUE(git({"init", "--quiet"}));
  ASSERT_TRUE(git({"add", "."}));
  ASSERT_TRUE(git({"commit", "--quiet", "-m", "First"}));
  const fs::path hook = project() / ".git" / "hooks" / "post-checkout";
  fs::create_directories(hook.parent_path());
  archive::overwrite(hook, "#!/bin/sh\ntouch '" + (root() / "owned").string() + "'\n");
  fs::permissions(hook, fs::perms::owner_all);
  for (const std::string& url : {project().string(), "file://" + project().string()}) {
    fs::remove_all(projects());
    fs::create_directories(projects());
    const auto fetched = fetch({{"kind", "git"}, {"url", url}});
    ASSERT_TRUE(fetched) << fetched.error().message;
    EXPECT_EQ(text_of(projects() / "src" / "a.txt"), "hello");
    EXPECT_TRUE(fs::exists(projects() / ".git"));
  }
  EXPECT_FALSE(fs::exists(root() / "owned"));
}

TEST_F(FetchSourceTest, AFailedCloneDoesNotTellTheCredentials) {
  // Nothing answers on port 1.
  const auto fetched = fetch({{"kind", "git"}, {"url", "http://ann:secret@127.0.0.1:1/a.git"}});
  ASSERT_FALSE(fetched);
  EXPECT_EQ(fetched.error().message.find("secret"), std::string::npos) << fetched.error().message;
  EXPECT_FALSE(fetched.error().hint.empty());
}

TEST_F(FetchSourceTest, WritesEveryFileOfATemplate) {
  for (const char* name : {"cpp", "notes", "web"}) {
    const Template* chosen = find_template(name);
    ASSERT_NE(chosen, nullptr) << name;
    ASSERT_FALSE(chosen->files.empty());
    ASSERT_TRUE(fetch({{"kind", "template"}, {"name", name}}));
    for (const TemplateFile& file : chosen->files) {
      EXPECT_EQ(text_of(projects() / file.path), file.text) << file.path;
    }
  }
}

}  // namespace
}  // namespace coditect::registry
