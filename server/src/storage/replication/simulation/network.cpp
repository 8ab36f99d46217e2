#include "storage/replication/simulation/network.h"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <optional>
#include <utility>

#include "storage/objects/range.h"

namespace coditect::replication::simulation {
namespace {

/// A client gives up on an answer after this long, on its own clock.
constexpr milliseconds kAnswerTimeMax{4'000};
constexpr milliseconds kFastMin{4};
constexpr milliseconds kFastMax{60};

}  // namespace

/// What becomes of one call.
struct NetworkStore::Fate {
  bool refused = false;  ///< by the store, before anything happens
  bool request_lost = false;
  bool answer_lost = false;
  bool twice = false;
  milliseconds there{0};
  milliseconds back{0};
};

NetworkStore::Fate NetworkStore::decide() {
  World& world = network_.world;
  Fate fate;
  const bool slow = world.chance(network_.slow_permille);
  fate.there = world.between(kFastMin, slow ? network_.slow_max : kFastMax);
  fate.back = world.between(kFastMin, kFastMax);
  fate.refused = world.now() < network_.storm_until;
  fate.request_lost = world.chance(network_.lost_permille);
  fate.answer_lost = world.chance(network_.lost_permille);
  fate.twice = world.chance(network_.twice_permille);
  if (world.now() < network_.cut_until || world.now() < cut_until) {
    (world.chance(500) ? fate.request_lost : fate.answer_lost) = true;
  }
  return fate;
}

template <class T>
awaitable<Result<T>> NetworkStore::call(std::function<Result<T>()> effect) {
  // A dead process does nothing any more, even while its coroutines are cleared away.
  if (process_->dead) throw boost::system::system_error(asio::error::operation_aborted);
  World& world = network_.world;
  struct Answer {
    explicit Answer(const Strand& strand) : signal(std::make_shared<Signal>(strand)) {}
    std::shared_ptr<Signal> signal;
    std::optional<Result<T>> result;
    void give(Result<T> value) {
      if (!result) result = std::move(value);
      signal->fire();
    }
  };
  const auto answer = std::make_shared<Answer>(world.strand());
  const Fate fate = decide();
  const SteadyTime arrives = world.now() + fate.there;
  if (fate.refused) {
    world.at(arrives, process_, [answer] { answer->give(unavailable("429")); });
  } else if (!fate.request_lost) {
    world.at(arrives, nullptr, [&world, answer, effect, fate, process = process_] {
      Result<T> result = effect();
      if (fate.answer_lost) return;
      world.at(world.now() + fate.back, process,
               [answer, result = std::move(result)] { answer->give(result); });
    });
    if (fate.twice) {
      const milliseconds late = world.between(kFastMin, network_.slow_max);
      world.at(arrives + late, nullptr, [effect] { static_cast<void>(effect()); });
    }
  }
  world.at(world.now() + process_->true_duration(kAnswerTimeMax), process_,
           [answer] { answer->give(unavailable("no answer")); });
  co_await Signal::wait(answer->signal);
  co_return *std::move(answer->result);
}

awaitable<Result<objects::ObjectInfo>> NetworkStore::put(std::string key, std::string content,
                                                         objects::Condition condition) {
  const auto bytes = std::make_shared<const std::string>(std::move(content));
  if (network_.conditions == Network::Conditions::kIgnoredForBundles && key.ends_with(".bundle")) {
    condition = objects::Always{};
  }
  std::function<Result<objects::ObjectInfo>()> effect = [network = &network_, key = std::move(key),
                                                         bytes, condition = std::move(condition)] {
    auto done = network->bucket->put(key, bytes, condition);
    if (done && network->on_put) network->on_put(key, *bytes);
    return done;
  };
  return call(std::move(effect));
}

awaitable<Result<objects::ObjectInfo>> NetworkStore::put(std::string key,
                                                         objects::ByteSource& source,
                                                         objects::Condition condition) {
  CO_TRY_VOID(source.rewind());
  CO_TRY(std::string content, source.read(source.bytes()));
  co_return co_await put(std::move(key), std::move(content), std::move(condition));
}

awaitable<Result<objects::ObjectStore::Object>> NetworkStore::get(std::string key,
                                                                  objects::Range range,
                                                                  std::size_t) {
  std::function<Result<Object>()> effect = [bucket = network_.bucket, key = std::move(key),
                                            range]() -> Result<Object> {
    TRY(objects::MemoryBucket::Stored stored, bucket->get(key));
    const objects::Extent extent = objects::extent_of(range, stored.content->size());
    return Object{std::move(stored.info), stored.content->substr(extent.offset, extent.bytes)};
  };
  return call(std::move(effect));
}

awaitable<Result<objects::ObjectInfo>> NetworkStore::read(std::string key, objects::Range range,
                                                          const objects::ByteSink& sink) {
  CO_TRY(Object object, co_await get(std::move(key), range, 0));
  CO_TRY_VOID(sink(object.content));
  co_return std::move(object.info);
}

awaitable<Result<objects::ObjectInfo>> NetworkStore::head(std::string key) {
  CO_TRY(Object object, co_await get(std::move(key), {0, 0}, 0));
  co_return std::move(object.info);
}

awaitable<Result<objects::ListPage>> NetworkStore::list(std::string prefix, std::string next,
                                                        std::size_t limit) {
  std::function<Result<objects::ListPage>()> effect =
      [bucket = network_.bucket, prefix = std::move(prefix), next = std::move(next),
       limit]() -> Result<objects::ListPage> { return bucket->list(prefix, next, limit); };
  return call(std::move(effect));
}

awaitable<Result<void>> NetworkStore::remove(std::string key) {
  std::function<Result<void>()> effect = [bucket = network_.bucket,
                                          key = std::move(key)]() -> Result<void> {
    bucket->remove(key);
    return {};
  };
  return call(std::move(effect));
}

}  // namespace coditect::replication::simulation
