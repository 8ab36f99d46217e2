#include "storage/replication/restore/project_restore.h"

#include <fmt/format.h>

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/event.h"
#include "base/posix_file.h"
#include "base/storage_limits.h"
#include "storage/archive/archive_reader.h"
#include "storage/blobs/snapshot.h"
#include "storage/replication/restore/working_tree.h"

namespace coditect::replication {

namespace {

namespace fs = std::filesystem;

/// `type` is the third member of a line, so its head is all that is looked at.
constexpr std::size_t kTypeWithinBytes = 120;

bool has_type(std::string_view line, std::string_view quoted_type) {
  return line.substr(0, kTypeWithinBytes).find(quoted_type) != std::string_view::npos;
}

bool is_in_repository(std::string_view path) {
  return path.starts_with(".git/") || path.find("/.git/") != std::string_view::npos;
}

/// Gives each event of a type after `after`; the line is parsed only where it may be one.
Result<void> each_of_type(const fs::path& sessions, Sequence after, std::string_view type,
                          const std::function<Result<bool>(const Event&)>& each) {
  const std::string quoted = fmt::format("\"type\":\"{}\"", type);
  return archive::ArchiveReader(sessions).read(
      after + 1, [&](std::string_view line, Sequence) -> Result<bool> {
        if (!has_type(line, quoted)) return true;
        TRY(const Event event, parse_event(line));
        if (event.type != type) return true;
        return each(event);
      });
}

/// Writes one project's files.
class Checkout {
 public:
  Checkout(const blobs::BlobStore& blobs, LostFiles lost, fs::path folder)
      : blobs_(blobs), lost_(lost), folder_(std::move(folder)) {}

  Result<RestoredProject> run(const WorkingTree& tree) {
    for (const std::string& path : tree.folders()) TRY_VOID(make_folder(path));
    for (const auto& [path, file] : tree.files()) {
      if (is_below_file(tree, path)) {
        done_.notes.push_back(fmt::format("'{}' is below a file and is left out", path));
        continue;
      }
      TRY_VOID(write_or_leave_out(tree, path, file));
    }
    // No link is there while files are written, so none leads one of them elsewhere.
    for (const auto& [path, target] : tree.links()) TRY_VOID(make_link(path, target));
    return std::move(done_);
  }

 private:
  static bool is_below_file(const WorkingTree& tree, const std::string& path) {
    for (auto slash = path.find('/'); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
      if (tree.files().contains(path.substr(0, slash))) return true;
    }
    return false;
  }

  Result<void> make_folder(const std::string& path) {
    if (path == last_folder_) return {};
    std::error_code error;
    fs::create_directories(folder_ / path, error);
    if (error) return system_error("make the folder " + path, error.value());
    last_folder_ = path;
    return {};
  }

  Result<void> write_or_leave_out(const WorkingTree& tree, const std::string& path,
                                  const WorkingTree::File& file) {
    auto written = write(tree, path, file);
    if (!written && is_lost(written.error()) && tree.before(path) != nullptr) {
      // The log ends before events that were lost, and the copy of the project has their result.
      const WorkingTree::File& before = *tree.before(path);
      done_.notes.push_back(fmt::format("'{}' is as the last copy of the project has it: {}", path,
                                        written.error().message));
      written = write(tree, path, before);
    }
    if (written) {
      ++done_.files;
      return {};
    }
    if (!is_lost(written.error())) return std::move(written).error().in(path);
    const std::string what =
        fmt::format("the content of '{}' is lost: {}", path, written.error().message);
    if (lost_ == LostFiles::kRefuse) {
      return internal(what, "restore an earlier point in time, or leave lost files out");
    }
    std::error_code ignored;  // it is written down that the file is not there
    fs::remove(folder_ / path, ignored);
    done_.notes.push_back(what);
    return {};
  }

  static bool is_lost(const Error& error) {
    return error.code == Errc::kNotFound || error.code == Errc::kInternal ||
           error.code == Errc::kInvalid;
  }

  Result<void> write(const WorkingTree& tree, const std::string& path,
                     const WorkingTree::File& file) {
    const std::size_t slash = path.rfind('/');
    if (slash != std::string::npos) TRY_VOID(make_folder(path.substr(0, slash)));
    TRY(const FileDescriptor out,
        open_file(folder_ / path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW));
    std::uint64_t size = 0;
    const auto append = [&](std::string_view part) -> Result<void> {
      TRY_VOID(write_all(out.get(), part, size));
      size += part.size();
      return {};
    };
    if (tree.is_blob(file.hash)) {
      TRY_VOID(blobs_.read(file.hash, UINT64_MAX, append));
    } else {
      TRY(const std::string content,
          tree.content(file.hash, [this](const std::string& hash) { return blobs_.get(hash); }));
      TRY_VOID(append(content));
    }
    if (::fchmod(out.get(), file.mode) != 0) return system_error("chmod", errno);
    done_.bytes += size;
    return {};
  }

  Result<void> make_link(const std::string& path, const std::string& target) {
    const std::size_t slash = path.rfind('/');
    std::error_code error;
    if (slash != std::string::npos) fs::create_directories(folder_ / path.substr(0, slash), error);
    if (!error && ::symlink(target.c_str(), (folder_ / path).c_str()) != 0) {
      error.assign(errno, std::generic_category());
    }
    if (error) done_.notes.push_back(fmt::format("the link '{}': {}", path, error.message()));
    return {};
  }

  const blobs::BlobStore& blobs_;
  const LostFiles lost_;
  const fs::path folder_;
  std::string last_folder_;
  RestoredProject done_;
};

/// The entries of the tree, and a repository from another one where it has none itself.
Result<std::vector<blobs::TreeEntry>> base_entries(const BaseTree& base,
                                                   const blobs::BlobStore& blobs) {
  std::vector<blobs::TreeEntry> entries;
  if (!base.tree.empty()) {
    TRY(blobs::Tree tree, blobs::read_tree(base.tree, blobs));
    entries = std::move(tree.entries);
  }
  if (!base.repository_tree.empty()) {
    TRY(blobs::Tree tree, blobs::read_tree(base.repository_tree, blobs));
    for (blobs::TreeEntry& entry : tree.entries) {
      if (is_in_repository(entry.path)) entries.push_back(std::move(entry));
    }
  }
  return entries;
}

/// Finds the contents that the tree and the edits after it do not tell, where there are any: in all
/// of the log and among the blobs, to which earlier trees belong.
Result<void> recall_contents(const fs::path& sessions, const blobs::BlobStore& blobs,
                             WorkingTree& tree) {
  if (tree.is_told()) return {};
  const auto holds = [&blobs](const std::string& hash) {
    const auto found = blobs.contains(hash);
    return found && *found;
  };
  TRY_VOID(each_of_type(sessions, 0, "file_edit", [&](const Event& event) -> Result<bool> {
    tree.recall(event, holds);
    return true;
  }));
  tree.look_up(holds);
  return {};
}

}  // namespace

Result<BaseTree> choose_base(const std::optional<Manifest::ProjectTree>& project,
                             const fs::path& sessions, Moment moment, Sequence through) {
  if (project && moment == Moment::kEnd && project->seq <= through) {
    const Sequence margin = limits::kUnpublishedEventsMax;
    return BaseTree{project->tree, project->seq, project->seq > margin ? project->seq - margin : 0,
                    ""};
  }
  BaseTree base;
  if (project) base.repository_tree = project->tree;
  TRY_VOID(each_of_type(sessions, 0, "checkpoint", [&](const Event& event) -> Result<bool> {
    if (event.seq > through) return false;
    // Files were edited while the checkpoint was taken, but hardly before the one before it.
    base.replay_after = base.seq;
    base.seq = event.seq;
    TRY(base.tree, need_string(event.data, "tree"));
    return true;
  }));
  return base;
}

Result<RestoredProject> restore_project(const BaseTree& base, const fs::path& sessions,
                                        const blobs::BlobStore& blobs, LostFiles lost,
                                        const fs::path& folder) {
  TRY(std::vector<blobs::TreeEntry> entries, base_entries(base, blobs));
  WorkingTree tree(std::move(entries), base.seq);
  TRY_VOID(each_of_type(
      sessions, base.replay_after, "file_edit", [&](const Event& event) -> Result<bool> {
        auto applied = tree.apply(event);
        if (!applied) {
          return std::move(applied).error().in(fmt::format("applying event {}", event.seq));
        }
        return true;
      }));
  tree.finish();
  TRY_VOID(recall_contents(sessions, blobs, tree));
  return Checkout(blobs, lost, folder).run(tree);
}

}  // namespace coditect::replication
