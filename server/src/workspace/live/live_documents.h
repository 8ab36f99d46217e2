#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/strand.h"
#include "base/clock.h"
#include "base/random.h"
#include "coordination/locks/lock_table.h"
#include "workspace/files/file_service.h"
#include "workspace/live/live_document.h"
#include "workspace/log/event_log.h"
#include "workspace/preview_hub.h"

namespace coditect::workspace {

/// The texts that people have open together, each in memory alone: what is not saved is in their
/// editors too, and comes back from there. It ends when the last one has left; whoever lost the
/// connection finds it for a minute.
///
/// Threads:  the workspace's strand.
/// Lifetime: its parts outlive it.
/// Errors:   kNotFound for a file that is gone or a session that is over: open it again. kLocked
///           while somebody else has a lock on the file. kLimit, kInvalid, kConflict as
///           LiveDocument.
class LiveDocuments {
 public:
  struct Parts {
    FileService& files;
    EventLog& log;
    const locks::LockTable& locks;
    PreviewHub& previews;
    const Clock& clock;
    Random& random;
  };
  /// An editor that takes part.
  struct Client {
    std::string name;  ///< its own, for every time that it joins
    std::string actor;
    std::uint64_t connection = 0;  ///< 0 for one without a socket
  };
  /// What a client has of a document.
  struct Held {
    std::string session;
    LiveDocument::Version version = 0;
    Sequence file_version = 0;
  };
  /// A text that was shared when a session ended.
  struct Unsaved {
    std::string text;  ///< with "\n"
    Sequence base_version = 0;
  };

  explicit LiveDocuments(Parts parts) : parts_(parts) {}

  /// {session, version, text, saved?, file?}. With `unsaved`, a text that is still the file's of
  /// that base becomes it, in one step: of several who come back with the same text only the first
  /// adds it.
  awaitable<Result<json::value>> open(Client client, std::string path, Sequence file_version,
                                      std::optional<Unsaved> unsaved);
  /// {session, version}.
  awaitable<Result<json::value>> push(Client client, std::string path, Held held,
                                      std::vector<json::array> changes);
  /// {session, version, updates, file?}.
  awaitable<Result<json::value>> pull(Client client, std::string path, Held held);
  void close(const Client& client, const std::string& path);
  /// All clients of a connection are gone, and may come back.
  void leave(std::uint64_t connection);

 private:
  struct Editor {
    std::string actor;
    std::uint64_t connection = 0;
    SteadyTime seen{};
  };
  struct Entry {
    LiveDocument document;
    std::map<std::string, Editor> editors;
    SteadyTime left_at{};  ///< when the last editor left
  };
  using Shared = std::shared_ptr<Entry>;

  awaitable<Result<Shared>> make(std::string path);
  Result<Shared> find(const std::string& path, const std::string& session) const;
  /// Brings the entry to the file as it is now.
  awaitable<Result<void>> catch_up(std::string path, Shared entry);
  awaitable<Result<LiveDocument::File>> read(std::string path);
  Result<void> enter(Entry& entry, const Client& client);
  Result<void> bring_back(const std::string& path, Entry& entry, const Client& client,
                          const Unsaved& unsaved);
  Result<void> check_lock(const std::string& path, const std::string& actor) const;
  void show(const std::string& path, const LiveDocument& document, LiveDocument::Version from);
  void sweep();

  const Parts parts_;
  std::map<std::string, Shared> documents_;
};

}  // namespace coditect::workspace
