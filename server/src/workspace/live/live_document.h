#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/strong_id.h"

namespace coditect::workspace {

/// A text that several people edit at once: it gives their changes an order, and rebases nothing
/// (docs/decisions/0038-co-editing.md). Pure.
///
/// A file lies below it: the text is clean where it is the file's. A save is a change of the file
/// to what the text was at some version since; any other change of the file becomes a change of a
/// clean text, and clashes with one that is not.
///
/// Threads:    one at a time.
/// Invariants: text() is the first text with every update applied in order; version() only rises.
class LiveDocument {
 public:
  using Version = std::uint64_t;

  struct Update {
    std::string client;  ///< "" where the file changed
    std::string by;      ///< an actor
    json::array changes;
    std::size_t bytes = 0;
    std::size_t hash = 0;  ///< of the text after it
  };
  struct File {
    std::string text;  ///< as it is on the disk
    Sequence version = 0;
    std::string by;
  };
  enum class Taken { kNothing, kSaved, kUpdated, kClashed };

  /// Errc::kLimit for a text that is too large, kInvalid for one that is not UTF-8.
  static Result<LiveDocument> create(std::string session, File file);

  const std::string& session() const { return session_; }
  const std::u16string& text() const { return text_; }
  Version version() const { return first_ + updates_.size(); }
  const File& file() const { return file_; }
  /// Whether the file was changed under a text that was not saved, and nobody has decided since.
  bool clashes() const { return clashes_; }
  bool is_clean() const { return hash_at(version()) == file_hash_; }
  /// The version whose text is the file's, where since() knows it: what was typed on the file
  /// alone is rebased from there. Nothing while the two clash.
  std::optional<Version> file_at() const;

  /// Adds all of the changes or none. kConflict unless `version` is the present one, kInvalid for
  /// what is no change of the text, kLimit where the text grows too large.
  Result<void> push(Version version, std::string_view client, std::string_view by,
                    const std::vector<json::array>& changes);
  /// What came after `version`, in order. kNotFound where that is no longer or not yet known.
  Result<std::vector<const Update*>> since(Version version) const;
  /// The file is another one now. kLimit and kInvalid as create(): the document is over then.
  Result<Taken> take(File file);

 private:
  LiveDocument(std::string session, File file, std::u16string text);
  std::size_t hash_at(Version version) const;
  void add(Update update, std::u16string after);

  std::string session_;
  File file_;
  std::u16string text_;
  std::size_t file_hash_ = 0;
  std::size_t first_hash_ = 0;
  Version first_ = 0;       ///< the oldest that since() knows
  Version saves_from_ = 0;  ///< the oldest that a save can be of
  bool clashes_ = false;
  std::deque<Update> updates_;
  std::size_t kept_bytes_ = 0;
};

}  // namespace coditect::workspace
