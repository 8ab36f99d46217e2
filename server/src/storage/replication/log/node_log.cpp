#include "storage/replication/log/node_log.h"

#include <utility>

#include "base/check.h"
#include "base/storage_limits.h"
#include "storage/replication/bundle/format.h"

namespace coditect::replication {
namespace {

/// Marks a stretch that must not be entered twice.
class Busy {
 public:
  explicit Busy(bool& flag) : flag_(flag) { check(!std::exchange(flag_, true), "one at a time"); }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;
  ~Busy() { flag_ = false; }

 private:
  bool& flag_;
};

}  // namespace

NodeLog::NodeLog(objects::ObjectStore& store, NodeId node, std::uint64_t epoch, std::string nonce)
    : store_(store), node_(std::move(node)), epoch_(epoch), nonce_(std::move(nonce)) {}

BundleHead NodeLog::next_head() const {
  BundleHead head;
  head.node = node_;
  head.epoch = epoch_;
  head.number = number_;
  head.nonce = nonce_;
  return head;
}

LogPlace NodeLog::next_place() const { return {node_, epoch_, number_}; }

Error NodeLog::seal_found(std::string what) {
  sealed_.store(true, std::memory_order_release);
  return Error{Errc::kConflict,
               "the log of node " + node_ + " in epoch " + std::to_string(epoch_) + " " + what,
               "another node has taken this one's place; restart it to take part again"};
}

awaitable<Result<void>> NodeLog::append(std::string bundle) {
  const Busy busy(busy_);
  if (sealed()) co_return seal_found("is sealed");
  const auto index = parse_bundle(bundle);
  check(index && index->head == next_head(), "a bundle is built with next_head()");
  const std::uint64_t checksum = bundle_checksum(bundle);
  check(unknown_.value_or(checksum) == checksum, "the outcome of other bytes is not known");
  unknown_ = checksum;

  std::string key = bundle_key(next_place());
  auto put = co_await store_.put(key, bundle, objects::IfAbsent{});
  if (!put && put.error().code == Errc::kConflict) {
    CO_TRY_VOID(co_await read_back(std::move(key), std::move(bundle)));
  } else if (!put) {
    co_return std::move(put).error().in("the outcome of bundle " + std::to_string(number_) +
                                        " is not known");
  }
  unknown_.reset();
  ++number_;
  co_return Result<void>();
}

/// Something is there: this bundle, whose answer was lost, or a seal.
awaitable<Result<void>> NodeLog::read_back(std::string key, std::string bundle) {
  auto found = co_await store_.get(std::move(key), {}, 2 * limits::kBundleBytesMax);
  if (!found) {
    Error error = std::move(found).error();
    // What was there a moment ago is read again with the next attempt.
    if (error.code == Errc::kConflict || error.code == Errc::kNotFound) {
      error.code = Errc::kUnavailable;
    }
    co_return std::move(error).in("the outcome of bundle " + std::to_string(number_) +
                                  " is not known");
  }
  if (found->content == bundle) co_return Result<void>();
  const auto rival = parse_bundle(found->content);
  if (!rival) co_return seal_found("has a bundle that is damaged: " + rival.error().message);
  if (rival->head.kind == BundleHead::Kind::kSeal) {
    co_return seal_found("was sealed by process " + rival->head.nonce);
  }
  co_return seal_found("is written by process " + rival->head.nonce + " too");
}

}  // namespace coditect::replication
