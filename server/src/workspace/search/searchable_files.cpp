#include "workspace/search/searchable_files.h"

#include "base/limits.h"

namespace coditect::workspace {

namespace {

/// Splits what ripgrep prints at NULs.
class Paths {
 public:
  void feed(std::string_view chunk) {
    for (const char c : chunk) {
      if (c != '\0') {
        path_ += c;
        continue;
      }
      const bool dotted = path_.starts_with("./");
      if (paths_.size() < limits::kProjectFilesMax) paths_.push_back(path_.substr(dotted ? 2 : 0));
      path_.clear();
    }
  }
  std::vector<std::string> take() && { return std::move(paths_); }

 private:
  std::string path_;
  std::vector<std::string> paths_;
};

}  // namespace

awaitable<Result<std::vector<std::string>>> searchable_files(const tools::ToolBox& tools,
                                                             std::filesystem::path root,
                                                             std::stop_token stop) {
  Paths paths;
  tools::CommandSpec spec;
  spec.argv = {"rg",     "--files",           "--hidden",     "--no-config",   "--no-require-git",
               "--null", "--max-filesize=1M", "--glob=!.git", "--no-messages", "./"};
  spec.project_root = std::move(root);
  spec.access = tools::ProjectAccess::kReadOnly;
  spec.limits.time = limits::kSearchTimeMax;
  spec.stop = std::move(stop);
  spec.on_output = [&paths](std::string_view chunk) { paths.feed(chunk); };
  CO_TRY(const tools::CommandResult result, co_await tools.run(std::move(spec)));
  // 1: there is no file; 2: some folder could not be read, and the others were.
  if (result.end != tools::CommandEnd::kExited || result.exit_code > 2) {
    co_return unavailable("listing the project's files did not come to its end");
  }
  co_return std::move(paths).take();
}

}  // namespace coditect::workspace
