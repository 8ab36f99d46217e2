#pragma once

#include <map>
#include <optional>

#include "storage/blobs/blob_store.h"
#include "workspace/files/file_service.h"
#include "workspace/log/event_log_test_support.h"

namespace coditect::workspace {

inline const Actor kAnn{"user:ann", "s_1", {}};
inline const Actor kClaude{"agent:claude", "s_1", "t_1"};

inline FileService::Edit becomes(std::string text) {
  return [text = std::move(text)](const CurrentFile&) -> Result<std::string> { return text; };
}

template <class T>
Errc code_of(const Result<T>& result) {
  EXPECT_FALSE(result);
  return result ? Errc::kInternal : result.error().code;
}

/// The files of one project, with a real folder, blob store and locks, on the log of the fixture.
class FileServiceFixture : public EventLogFixture {
 public:
  FileServiceFixture() : FileServiceFixture(Acknowledging{}) {}
  explicit FileServiceFixture(Acknowledging acknowledging) {
    std::filesystem::create_directories(project());
    std::filesystem::create_directories(root() / "staging");
    blobs_ = *blobs::BlobStore::open(root() / "blobs");
    open(acknowledging);
    const FileService::Parts parts{*log_, locks_, index_, *blobs_, pool_, clock_};
    files_.emplace(strand_, parts, ProjectFolder(project(), root() / "staging"));
  }

  void apply(const Event& event) override {
    EventLogFixture::apply(event);
    index_.apply(event);
    EXPECT_TRUE(locks_.apply(event));
  }
  std::filesystem::path project() const { return root() / "project"; }
  void put_outside(const std::string& path, const std::string& bytes) const {
    std::filesystem::create_directories((project() / path).parent_path());
    archive::overwrite(project() / path, bytes);
  }
  std::string on_disk(const std::string& path) const {
    auto bytes = read_file(project() / path);
    return bytes ? *std::move(bytes) : "(none)";
  }
  std::vector<std::string> staged() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(root() / "staging")) {
      names.push_back(entry.path().filename());
    }
    return names;
  }
  /// Takes the write lock on a path; its token.
  std::uint64_t lock(const std::string& path, const std::string& holder) {
    locks::Request request;
    request.path = path;
    request.holder = holder;
    request.now = clock_.now();
    request.timeout = std::chrono::milliseconds(0);
    const auto decision = locks_.acquire(request);
    EXPECT_TRUE(decision && std::holds_alternative<locks::Granted>(*decision));
    const auto& granted = std::get<locks::Granted>(*decision);
    for (const EventDraft& draft : granted.events) (void)log_->append(draft);
    return granted.grant.token;
  }
  awaitable<Written> write(std::string path, std::string text) {
    auto written = co_await files_->change(kAnn, path, std::nullopt, std::nullopt, becomes(text));
    EXPECT_TRUE(written) << written.error().message;
    co_return written ? *written : Written{};
  }

  std::unique_ptr<blobs::BlobStore> blobs_;
  locks::LockTable locks_;
  FileIndex index_;
  std::optional<FileService> files_;
};

}  // namespace coditect::workspace
