#include "workspace/live/live_document.h"

#include <functional>

#include "base/check.h"
#include "workspace/live/change_set.h"
#include "workspace/live/live_limits.h"
#include "workspace/live/utf16.h"

namespace coditect::workspace {

namespace {

std::size_t hash_of(std::u16string_view text) { return std::hash<std::u16string_view>{}(text); }

Result<void> check_size(std::u16string_view text) {
  if (text.size() <= limits::kLiveTextUnitsMax) return {};
  return Error{Errc::kLimit, "the text is too large to be edited by several at once",
               "512 Ki characters are the most: whoever saves first is first"};
}

Result<std::u16string> text_of(const LiveDocument::File& file) {
  TRY(std::u16string text, to_utf16(document_text(file.text)));
  TRY_VOID(check_size(text));
  return text;
}

}  // namespace

Result<LiveDocument> LiveDocument::create(std::string session, File file) {
  TRY(std::u16string text, text_of(file));
  return LiveDocument(std::move(session), std::move(file), std::move(text));
}

LiveDocument::LiveDocument(std::string session, File file, std::u16string text)
    : session_(std::move(session)), file_(std::move(file)), text_(std::move(text)) {
  file_hash_ = first_hash_ = hash_of(text_);
}

std::size_t LiveDocument::hash_at(Version version) const {
  check(version >= first_ && version <= this->version(), "a version that is not kept");
  return version == first_ ? first_hash_ : updates_[version - first_ - 1].hash;
}

std::optional<LiveDocument::Version> LiveDocument::file_at() const {
  if (hash_at(saves_from_) != file_hash_) return std::nullopt;
  return saves_from_;
}

Result<void> LiveDocument::push(Version version, std::string_view client, std::string_view by,
                                const std::vector<json::array>& changes) {
  if (version != this->version()) {
    return Error{Errc::kConflict,
                 "the document has version " + std::to_string(this->version()) + ", not " +
                     std::to_string(version),
                 "call documents.pull, rebase your changes and push them again"};
  }
  std::vector<Update> updates;
  std::u16string after = text_;
  for (const json::array& each : changes) {
    TRY(after, apply_change_set(after, each));
    TRY_VOID(check_size(after));
    updates.push_back(
        {std::string(client), std::string(by), each, json::serialize(each).size(), hash_of(after)});
  }
  for (Update& update : updates) add(std::move(update), after);
  return {};
}

/// Keeps no more than the limits say; whoever is further behind reads the whole text.
void LiveDocument::add(Update update, std::u16string after) {
  kept_bytes_ += update.bytes;
  updates_.push_back(std::move(update));
  text_ = std::move(after);
  if (is_clean()) {
    saves_from_ = version();
    clashes_ = false;
  }
  while (updates_.size() > limits::kLiveUpdatesKept || kept_bytes_ > limits::kLiveUpdateBytesKept) {
    first_hash_ = updates_.front().hash;
    kept_bytes_ -= updates_.front().bytes;
    updates_.pop_front();
    ++first_;
  }
  saves_from_ = std::max(saves_from_, first_);
}

Result<std::vector<const LiveDocument::Update*>> LiveDocument::since(Version version) const {
  if (version < first_ || version > this->version()) {
    return not_found("version " + std::to_string(version) + " of the document is not kept",
                     "call documents.open, which has its whole text");
  }
  std::vector<const Update*> updates;
  for (std::size_t at = version - first_; at < updates_.size(); ++at) {
    updates.push_back(&updates_[at]);
  }
  return updates;
}

Result<LiveDocument::Taken> LiveDocument::take(File file) {
  if (file.version <= file_.version) return Taken::kNothing;
  TRY(std::u16string text, text_of(file));
  const std::size_t hash = hash_of(text);
  const bool was_clean = is_clean();
  const std::size_t before = std::exchange(file_hash_, hash);
  file_ = std::move(file);
  if (hash == before) return Taken::kNothing;
  for (Version version = this->version();; --version) {
    if (hash_at(version) == hash) {
      saves_from_ = version;
      clashes_ = false;
      return Taken::kSaved;
    }
    if (version == saves_from_) break;
  }
  if (!was_clean) {
    saves_from_ = version();
    clashes_ = true;
    return Taken::kClashed;
  }
  json::array changes = change_set_between(text_, text);
  const std::size_t bytes = json::serialize(changes).size();
  add({{}, file_.by, std::move(changes), bytes, hash}, std::move(text));
  return Taken::kUpdated;
}

}  // namespace coditect::workspace
