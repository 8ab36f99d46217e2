#pragma once

#include <memory>
#include <string>

#include "storage/objects/http/protocol.h"

namespace coditect::objects {

/// An object store behind HTTP: checks keys, puts the prefix in front of them, checks what comes
/// against its CRC32C. A source is read and a sink is called on the store's strand.
///
/// Threads:  any; everything runs on `strand`, its connections too.
/// Lifetime: as ObjectStore; the executor outlives it.
class HttpStore final : public ObjectStore {
 public:
  /// `folder` is "" or a key that every key of this store lies below; `bucket` is for people:
  /// "gs://bucket".
  HttpStore(const Strand& strand, std::unique_ptr<Protocol> protocol, const std::string& folder,
            const std::string& bucket);

  awaitable<Result<ObjectInfo>> put(std::string key, std::string content,
                                    Condition condition) override;
  awaitable<Result<ObjectInfo>> put(std::string key, ByteSource& source,
                                    Condition condition) override;
  awaitable<Result<Object>> get(std::string key, Range range, std::size_t bytes_max) override;
  awaitable<Result<ObjectInfo>> read(std::string key, Range range, const ByteSink& sink) override;
  awaitable<Result<ObjectInfo>> head(std::string key) override;
  awaitable<Result<ListPage>> list(std::string prefix, std::string next,
                                   std::size_t limit) override;
  awaitable<Result<void>> remove(std::string key) override;
  awaitable<void> close() override;
  std::string description() const override { return description_; }

 private:
  awaitable<Result<ObjectInfo>> put_source_on_strand(std::string key, ByteSource& source,
                                                     Condition condition);
  /// `bytes_max` bounds the part that `range` names.
  awaitable<Result<ObjectInfo>> read_on_strand(std::string key, Range range, std::size_t bytes_max,
                                               const ByteSink& sink);
  awaitable<Result<void>> receive(const std::string& key, Protocol::Download& download, Range range,
                                  std::size_t bytes_max, const ByteSink& sink);
  Result<ObjectInfo> named(Result<ObjectInfo> info) const;

  // Constant after construction.
  const Strand strand_;
  const std::string prefix_;
  const std::string description_;
  // Touched only on strand_.
  const std::unique_ptr<Protocol> protocol_;
};

}  // namespace coditect::objects
