#include "workspace/context/repository_map.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace coditect::workspace {
namespace {

FileIndex::Files files_of(const std::vector<std::string>& paths) {
  FileIndex::Files files;
  for (const std::string& path : paths) files[path] = {};
  return files;
}

TEST(RepositoryMap, OfFewFilesNamesAll) {
  EXPECT_EQ(repository_map({}), "");
  EXPECT_EQ(repository_map(files_of({"src/a.cpp", "src/b.cpp", "CMakeLists.txt", "README.md"})),
            "The project has 4 files: C++ 2, CMake 1, Markdown 1.\n"
            "Build files: CMakeLists.txt\n"
            "All of them:\nCMakeLists.txt\nREADME.md\nsrc/a.cpp\nsrc/b.cpp\n");
}

TEST(RepositoryMap, OfManyFilesCountsFolders) {
  std::vector<std::string> paths{"README.md", "web/package.json", "Makefile"};
  for (int i = 0; i < 300; ++i) {
    paths.push_back("server/src/deep/er/still/file" + std::to_string(i) + ".cpp");
  }
  const std::string map = repository_map(files_of(paths));
  EXPECT_TRUE(map.contains("The project has 303 files: C++ 300")) << map;
  EXPECT_TRUE(map.contains("Build files: Makefile, web/package.json\n")) << map;
  EXPECT_TRUE(map.contains("At the top: Makefile, README.md\n")) << map;
  EXPECT_TRUE(map.contains("\nserver/ 300\nserver/src/ 300\nserver/src/deep/ 300\nweb/ 1\n"))
      << map;
  EXPECT_FALSE(map.contains("still")) << map;
}

TEST(RepositoryMap, DoesNotChangeWithContents) {
  FileIndex::Files files = files_of({"a.txt", "b.txt"});
  const std::string before = repository_map(files);
  files["a.txt"].size = 1'000;
  files["a.txt"].hash = "another";
  EXPECT_EQ(repository_map(files), before);
}

// However wide and deep a tree is, its map is short and names no folder that is not there.
RC_GTEST_PROP(RepositoryMap, IsBounded, ()) {
  const auto names = *rc::gen::inRange<std::size_t>(1, 200);
  std::vector<std::string> paths;
  const int count = *rc::gen::inRange(0, 800);
  for (int i = 0; i < count; ++i) {
    std::string path;
    const int depth = *rc::gen::inRange(0, 6);
    for (int level = 0; level < depth; ++level) {
      const auto name = *rc::gen::inRange<std::size_t>(0, names);
      path += std::string(name % 60 + 1, 'd') + std::to_string(name) + "/";
    }
    paths.push_back(path + "f" + std::to_string(i) + ".txt");
  }
  const FileIndex::Files files = files_of(paths);
  const std::string map = repository_map(files);
  RC_ASSERT(map.size() <= kRepositoryMapBytesMax);
  const std::size_t at = map.find("below them:\n");
  if (at == std::string::npos) return;
  std::size_t begin = at + 12;
  while (begin < map.size()) {
    const std::string line = map.substr(begin, map.find('\n', begin) - begin);
    begin += line.size() + 1;
    if (line == "(and others)") continue;
    const std::string folder = line.substr(0, line.rfind(' '));
    const auto found = files.lower_bound(folder);
    RC_ASSERT(found != files.end());
    RC_ASSERT(found->first.starts_with(folder));
  }
}

TEST(MostChanged, NamesTheMostOftenChangedFirst) {
  EXPECT_EQ(most_changed({}), "");
  EXPECT_EQ(most_changed({{"new.txt", 1}, {"often.txt", 5}, {"old.txt", 1}}),
            "Changed most lately: often.txt (5), new.txt (1), old.txt (1)\n");
}

}  // namespace
}  // namespace coditect::workspace
