#include "storage/unpack/git_config.h"

#include <gtest/gtest.h>

namespace coditect::unpack {
namespace {

TEST(GitConfig, KeepsWhatARepositoryNeeds) {
  EXPECT_EQ(safe_git_config("[core]\n"
                            "\trepositoryformatversion = 0\n"
                            "\tbare = false\r\n"
                            "; a comment\n"
                            "[remote \"origin\"]\n"
                            "\turl = https://git.example/team/project.git\n"
                            "\tfetch = +refs/heads/*:refs/remotes/origin/*\n"
                            "[Branch \"main\"]\n"
                            "Remote=origin\n"
                            "\tmerge = refs/heads/main\n"
                            "[user]\n"
                            "\tname = Ann Lee\n"),
            "[core]\n"
            "\trepositoryformatversion = 0\n"
            "\tbare = false\n"
            "[remote \"origin\"]\n"
            "\turl = https://git.example/team/project.git\n"
            "\tfetch = +refs/heads/*:refs/remotes/origin/*\n"
            "[branch \"main\"]\n"
            "\tremote = origin\n"
            "\tmerge = refs/heads/main\n"
            "[user]\n"
            "\tname = Ann Lee\n");
}

TEST(GitConfig, LeavesOutWhatRunsAProgramOrReadsElsewhere) {
  const char* const cases[] = {
      "[core]\n\tfsmonitor = echo owned\n",
      "[core]\n\thooksPath = /elsewhere\n",
      "[core]\n\tsshCommand = sh\n",
      "[core]\n\tworktree = /\n",
      "[CORE]\n\tFSMONITOR = x\n",
      "[core] fsmonitor = x\n",
      "[core]\n\tbare\n",
      "[core]\n\tbare = false \\\n\tfsmonitor = x\n",
      "[core]\n\tsshCommand = sh \\\n\tbare = true\n",
      "[core]\n\tfilemode = \"true\n\tfsmonitor = x\n",
      "[core \"x\"]\n\tbare = true\n",
      "[core\n]\n\tbare = true\n",
      "[filter \"a\"]\n\tsmudge = sh\n",
      "[alias]\n\tst = !sh\n",
      "[include]\n\tpath = /etc/passwd\n",
      "[includeIf \"gitdir:/\"]\n\tpath = x\n",
      "[remote \"origin\"]\n\turl = ext::sh -c id\n",
      "[remote \"origin\"]\n\turl = --upload-pack=sh\n",
      "[remote \"origin\"]\n\tuploadpack = sh\n",
      "[remote \"a\\\"]\n[core\"]\n\turl = x\n",
      "[remote \"\"]\n\turl = https://git.example/p\n",
      "[remote]\n\turl = https://git.example/p\n",
      "[user]\n\tname = a\x01"
      "b\n",
      "[user]\n\tname = Gr\xfc\xdf"
      "e\n",
      "[user]\n\tname = \n",
      "name = x\n",
      "fsmonitor = x",
      "]",
      "[",
      "[[core]]\n\tbare = true\n",
  };
  for (const char* text : cases) EXPECT_EQ(safe_git_config(text), "") << text;
}

}  // namespace
}  // namespace coditect::unpack
