#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "async/strand.h"
#include "base/result.h"

namespace coditect::objects {

/// What a store says about one object. `generation` names one stored version of it, opaque to
/// everybody but its store: a GCS generation, an S3 ETag, a counter.
struct ObjectInfo {
  std::string key;
  std::uint64_t bytes = 0;
  std::string generation;
  std::optional<std::uint32_t> crc32c;  ///< Castagnoli, of the content, where the store keeps one

  bool operator==(const ObjectInfo&) const = default;
};

/// When a put() may change anything.
struct Always {};
struct IfAbsent {};
struct IfGeneration {
  std::string generation;
};
using Condition = std::variant<Always, IfAbsent, IfGeneration>;

/// `bytes` of the content from `offset` on; fewer, or none, where it ends earlier.
struct Range {
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> bytes;  ///< none: to the end
};

/// One page of a listing, in order of keys as bytes.
struct ListPage {
  std::vector<ObjectInfo> objects;
  std::string next;  ///< what the next list() call continues with; "" after the last page
};

/// A content on its way into a store. It is read again from its start when a put is retried.
///
/// Threads:  one reader at a time, on whatever thread the store reads files on: it may block.
/// Lifetime: outlives the put().
/// Errors:   an Error of rewind() or read() ends the put and is returned; nothing was stored.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual std::uint64_t bytes() const = 0;
  /// Starts again at the first byte.
  virtual Result<void> rewind() = 0;
  /// The next bytes, at most `bytes_max`; "" at the end.
  virtual Result<std::string> read(std::size_t bytes_max) = 0;
};

/// Takes the parts of a content as they come. Its error ends the transfer and is returned.
using ByteSink = std::function<Result<void>(std::string_view part)>;

/// A bucket, or a folder of one: keys to immutable versions of contents.
///
/// Keys are relative paths of UTF-8 without control characters and without empty, "." or ".."
/// components, at most limits::kObjectKeyBytesMax bytes (a component: kKeyComponentBytesMax);
/// anything else is Errc::kInvalid before a byte is sent (object_key.h). No key is the folder of
/// another one ("a" beside "a/b"): a store of files cannot hold both and refuses the second.
///
/// Threads:    any strand; a call resumes where it was awaited.
/// Lifetime:   when every call has returned, await close(), then destroy it.
/// Invariants: a put() that returned is durable and what any later get(), head() or list() sees. An
///             object is there whole or not at all.
/// Errors:     Errc::kConflict where a Condition did not hold: nothing was changed, and somebody
///             else's version stands. Errc::kNotFound for a missing object. Errc::kUnavailable
///             where the outcome is NOT KNOWN: the put may have happened (time-out, 409, 429, 5xx,
///             a cut connection). Errc::kDenied for credentials, kInternal for damaged bytes,
///             kLimit for more bytes than the caller wants.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  /// Stores a content and checks with its CRC32C that it arrived. IfGeneration of a missing object
  /// is Errc::kConflict.
  virtual awaitable<Result<ObjectInfo>> put(std::string key, std::string content,
                                            Condition condition) = 0;
  /// The same for what is too large to hold: a file, a pack. Errc::kInvalid, and nothing stored,
  /// when `source` does not give the bytes() that it promised.
  virtual awaitable<Result<ObjectInfo>> put(std::string key, ByteSource& source,
                                            Condition condition) = 0;

  struct Object {
    ObjectInfo info;      ///< of the whole object, whatever the range
    std::string content;  ///< "" for a range that begins at the end or behind it
  };
  /// A content of at most `bytes_max`, otherwise Errc::kLimit; a whole one is checked against its
  /// CRC32C.
  virtual awaitable<Result<Object>> get(std::string key, Range range, std::size_t bytes_max) = 0;
  /// The same in parts. Only a returned ObjectInfo says that a whole content had the right CRC32C.
  virtual awaitable<Result<ObjectInfo>> read(std::string key, Range range,
                                             const ByteSink& sink) = 0;

  virtual awaitable<Result<ObjectInfo>> head(std::string key) = 0;
  /// Objects whose keys begin with `prefix`, 1 to limits::kListPageObjectsMax a page. `next` is ""
  /// for the first page. An object that is there all the while is listed exactly once, whatever is
  /// stored or removed between two pages.
  virtual awaitable<Result<ListPage>> list(std::string prefix, std::string next,
                                           std::size_t limit) = 0;
  /// Removes an object; one that is not there is no error.
  virtual awaitable<Result<void>> remove(std::string key) = 0;

  virtual awaitable<void> close() = 0;
  /// For people: "file:///data/objects", never with credentials.
  virtual std::string description() const = 0;
};

}  // namespace coditect::objects
