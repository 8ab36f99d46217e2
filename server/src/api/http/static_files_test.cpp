#include "api/http/static_files.h"

#include <gtest/gtest.h>

#include "storage/archive/archive_test_support.h"

namespace coditect::api {
namespace {

namespace fs = std::filesystem;

net::RequestHead get(std::string path, net::Headers headers = {}) {
  net::RequestHead head;
  head.method = "GET";
  head.path = head.target = std::move(path);
  head.headers = std::move(headers);
  return head;
}

class StaticFilesTest : public testing::Test {
 protected:
  StaticFilesTest() {
    fs::create_directories(web() / "assets");
    archive::overwrite(web() / "index.html", "<!doctype html>");
    archive::overwrite(web() / "favicon.svg", "<svg/>");
    archive::overwrite(web() / "assets" / "main-1a2b.js", "export {};");
    archive::overwrite(web() / "assets" / "odd.bin", std::string("\0\xff", 2));
    archive::overwrite(folder_.path() / "secret", "the token");
    fs::create_symlink(folder_.path() / "nowhere", web() / "broken");
  }
  fs::path web() const { return folder_.path() / "web"; }

  archive::TemporaryFolder folder_;
};

TEST_F(StaticFilesTest, ServesWhatIsThereWithItsType) {
  const StaticFiles files = *StaticFiles::load(web());
  const struct {
    const char* path;
    const char* type;
    std::string body;
  } cases[] = {{"/", "text/html; charset=utf-8", "<!doctype html>"},
               {"/index.html", "text/html; charset=utf-8", "<!doctype html>"},
               {"/favicon.svg", "image/svg+xml", "<svg/>"},
               {"/assets/main-1a2b.js", "text/javascript; charset=utf-8", "export {};"},
               {"/assets/odd.bin", "application/octet-stream", std::string("\0\xff", 2)}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.path);
    ASSERT_TRUE(files.has(c.path));
    const net::Response response = files.serve(get(c.path));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, c.body);
    EXPECT_EQ(net::find_header(response.headers, "Content-Type"), c.type);
    for (const char* name : {"Content-Security-Policy", "Referrer-Policy", "X-Frame-Options"}) {
      EXPECT_TRUE(net::find_header(response.headers, name)) << name;
    }
    const bool asset = std::string_view(c.path).starts_with("/assets/");
    EXPECT_EQ(net::find_header(response.headers, "Cache-Control"),
              asset ? "public, max-age=31536000, immutable" : "no-cache");
  }
}

TEST_F(StaticFilesTest, NothingOutsideItsFolder) {
  const StaticFiles files = *StaticFiles::load(web());
  for (const char* path :
       {"/../secret", "/assets/../../secret", "/%2e%2e/secret", "secret", "", "//index.html",
        "/index.html/", "/assets/", "/assets", "/broken", "/INDEX.HTML", "/assets/..", "/."}) {
    const net::Response response = files.serve(get(path));
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(response.body.find("the token"), std::string::npos) << path;
    const bool asset = std::string_view(path).starts_with("/assets/");
    EXPECT_EQ(files.has(path), asset) << path << ": a missing asset is a missing file, no route";
  }
}

TEST_F(StaticFilesTest, AnUnchangedFileIsNotSentAgain) {
  const StaticFiles files = *StaticFiles::load(web());
  const std::string tag(*net::find_header(files.serve(get("/")).headers, "ETag"));
  EXPECT_EQ(tag.size(), 34u);
  const net::Response unchanged = files.serve(get("/", {{"If-None-Match", tag}}));
  EXPECT_EQ(unchanged.status, 304);
  EXPECT_EQ(unchanged.body, "");
  EXPECT_EQ(net::find_header(unchanged.headers, "ETag"), tag);
  for (const std::string& other : {std::string("\"other\""), tag.substr(1), std::string()}) {
    EXPECT_EQ(files.serve(get("/", {{"If-None-Match", other}})).status, 200) << other;
  }
  // A range is an offer that need not be taken: the whole file is a good answer.
  EXPECT_EQ(files.serve(get("/", {{"Range", "bytes=0-3"}})).body, "<!doctype html>");
  archive::overwrite(web() / "index.html", "<!doctype html><p>");
  const StaticFiles later = *StaticFiles::load(web());
  EXPECT_EQ(later.serve(get("/", {{"If-None-Match", tag}})).status, 200);
}

TEST_F(StaticFilesTest, WithoutAStudioThePageSaysHowToBuildIt) {
  for (const fs::path& folder : {folder_.path() / "none", fs::path()}) {
    const auto files = StaticFiles::load(folder);
    ASSERT_TRUE(files);
    const net::Response page = files->serve(get("/"));
    EXPECT_EQ(page.status, 200);
    EXPECT_NE(page.body.find("make build"), std::string::npos);
    EXPECT_TRUE(net::find_header(page.headers, "Content-Security-Policy"));
    EXPECT_EQ(files->serve(get("/index.html")).status, 404);
  }
}

}  // namespace
}  // namespace coditect::api
