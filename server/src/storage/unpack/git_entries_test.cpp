#include "storage/unpack/git_entries.h"

#include <gtest/gtest.h>

namespace coditect::unpack {
namespace {

using Kind = ArchiveEntry::Kind;

TEST(GitEntries, ARepositoryStaysOneAndRunsNothing) {
  const struct {
    const char* path;
    Kind kind;
    GitEntry becomes;
  } cases[] = {
      {"src/hooks/pre-commit", Kind::kFile, GitEntry::kPlain},
      {".gitignore", Kind::kFile, GitEntry::kPlain},
      {".github/workflows/a.yml", Kind::kFile, GitEntry::kPlain},
      {"git/hooks/x", Kind::kFile, GitEntry::kPlain},
      {".git", Kind::kFolder, GitEntry::kPlain},
      {".git/HEAD", Kind::kFile, GitEntry::kPlain},
      {".git/index", Kind::kFile, GitEntry::kPlain},
      {".git/objects/pack/a.pack", Kind::kFile, GitEntry::kPlain},
      {".git/refs", Kind::kFolder, GitEntry::kPlain},
      {".git/refs/heads/hooks/x", Kind::kFile, GitEntry::kPlain},
      {".git/info/exclude", Kind::kFile, GitEntry::kPlain},
      {".git/config", Kind::kFile, GitEntry::kConfig},
      {"deep/inside/.git/config", Kind::kFile, GitEntry::kConfig},
      {".git", Kind::kFile, GitEntry::kLeftOut},
      {".git", Kind::kLink, GitEntry::kLeftOut},
      {"sub/.git", Kind::kFile, GitEntry::kLeftOut},
      {".git/hooks", Kind::kFolder, GitEntry::kLeftOut},
      {".git/hooks/post-checkout", Kind::kFile, GitEntry::kLeftOut},
      {"sub/.git/hooks/x", Kind::kFile, GitEntry::kLeftOut},
      {".GIT/hooks/x", Kind::kFile, GitEntry::kLeftOut},
      {".git/modules/refs/hooks/x", Kind::kFile, GitEntry::kLeftOut},
      {".git/worktrees/a/config.worktree", Kind::kFile, GitEntry::kLeftOut},
      {".git/config.worktree", Kind::kFile, GitEntry::kLeftOut},
      {".git/config/x", Kind::kFile, GitEntry::kLeftOut},
      {".git/config", Kind::kFolder, GitEntry::kLeftOut},
      {".git/config", Kind::kLink, GitEntry::kLeftOut},
      {".git/config", Kind::kHardLink, GitEntry::kLeftOut},
      {".git/HEAD", Kind::kLink, GitEntry::kLeftOut},
      {".git/objects", Kind::kLink, GitEntry::kLeftOut},
      {".git/refs/heads/main", Kind::kLink, GitEntry::kLeftOut},
      {".git/commondir", Kind::kFile, GitEntry::kLeftOut},
      {".git/rebase-merge/git-rebase-todo", Kind::kFile, GitEntry::kLeftOut},
      {".git/objects/info/alternates", Kind::kFile, GitEntry::kLeftOut},
      {".git/objects/info/http-alternates", Kind::kFile, GitEntry::kLeftOut},
      {".git/refs/.git/hooks/x", Kind::kFile, GitEntry::kLeftOut},
      {".git/whatever-comes-later", Kind::kFile, GitEntry::kLeftOut},
  };
  for (const auto& c : cases) EXPECT_EQ(git_entry(c.path, c.kind), c.becomes) << c.path;
}

}  // namespace
}  // namespace coditect::unpack
