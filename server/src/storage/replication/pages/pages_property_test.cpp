#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "storage/replication/pages/page_chain.h"
#include "storage/replication/pages/pages_test_support.h"

// Whatever happens to a database between shipments, and whatever becomes of them, what the store
// has is a state that the database had, byte for byte, with the watermark that it had then.
namespace coditect::replication {
namespace {

enum class Step {
  kInsert,
  kInsertLarge,
  kUpdate,
  kDelete,
  kDropTable,
  kVacuum,
  kRollBack,
  kCheckpoint,
  kEmptyWal,
  kShip,            ///< acknowledged
  kShipAndDie,      ///< reaches the store, but the process dies before it knows
  kCollectAndLose,  ///< never reaches the store
  kForget,
  kSave,
  kRestart,  ///< goes on from the last save, or from nothing
  kRestore,
};

// Shipping is what most of the steps should be about.
rc::Gen<Step> any_step() {
  return rc::gen::weightedOneOf<Step>(
      {{10, rc::gen::element(Step::kInsert, Step::kInsertLarge, Step::kUpdate, Step::kDelete)},
       {4, rc::gen::element(Step::kDropTable, Step::kVacuum, Step::kRollBack, Step::kCheckpoint,
                            Step::kEmptyWal)},
       {8, rc::gen::just(Step::kShip)},
       {4, rc::gen::element(Step::kShipAndDie, Step::kCollectAndLose)},
       {2, rc::gen::element(Step::kForget, Step::kSave, Step::kRestart)},
       {1, rc::gen::just(Step::kRestore)}});
}

class Story {
 public:
  Story(int page_size, const char* auto_vacuum)
      : source_(folder_.path() / "source.db",
                {.page_size = page_size, .auto_vacuum = auto_vacuum}) {
    source_.insert(20, 300);
  }

  void take(Step step, int amount) {
    const std::string n = std::to_string(amount);
    switch (step) {
      case Step::kInsert: return source_.insert(amount, 200);
      case Step::kInsertLarge: return source_.insert(2, amount * 500);
      case Step::kUpdate:
        return source_.transact("UPDATE rows SET text=hex(randomblob(" + n + ")) WHERE id%" + n +
                                "=0");
      case Step::kDelete: return source_.transact("DELETE FROM rows WHERE id%3=" + n + "%3");
      case Step::kDropTable:
        return source_.transact("DROP TABLE IF EXISTS extra; CREATE TABLE extra AS " +
                                SourceDatabase::generated(amount, 300));
      case Step::kVacuum: source_.run("VACUUM"); return source_.transact("SELECT 1");
      case Step::kRollBack: return source_.roll_back("UPDATE rows SET text='rolled back'");
      case Step::kCheckpoint: return source_.run("PRAGMA wal_checkpoint(PASSIVE)");
      case Step::kEmptyWal: return source_.run("PRAGMA wal_checkpoint(TRUNCATE)");
      case Step::kShip: return collect_and(true, true);
      case Step::kShipAndDie: return collect_and(true, false);
      case Step::kCollectAndLose: return collect_and(false, false);
      case Step::kForget: return tracker_.forget();
      case Step::kSave: RC_ASSERT(tracker_.save(saved()).ok()); return;
      case Step::kRestart:
        // A missing file is one of the cases.
        static_cast<void>(tracker_.load(saved()));
        return;
      case Step::kRestore: return restore_and_compare();
    }
  }

  void restore_and_compare() {
    if (store_.empty()) return;
    std::vector<DeltaHead> heads;
    for (const Shipment& shipment : store_) heads.push_back(shipment.head);
    std::vector<Shipment> chain;
    for (const std::size_t place : newest_chain(heads)) chain.push_back(store_[place]);
    RC_ASSERT(!chain.empty());
    // Nothing that the store has is lost: the last one that reached it is the end of the chain.
    const bool is_last = chain.back().head == store_.back().head;
    RC_ASSERT(is_last);
    const auto path = folder_.path() / "restored.db";
    const auto state = restore(path, chain);
    if (!state) RC_FAIL(state.error().message);
    RC_ASSERT(state->watermark.seq == shipped_applied_);
    const bool same = content_of(path) == shipped_image_;
    RC_ASSERT(same);
  }

 private:
  std::filesystem::path saved() const { return folder_.path() / "source.pages"; }

  void collect_and(bool reaches_the_store, bool acknowledged) {
    auto shipment = collect(tracker_, source_.reader());
    if (!shipment) {
      RC_ASSERT(tracker_.shipped().has_value());
      RC_ASSERT(tracker_.shipped()->watermark.seq == source_.applied());
      return;
    }
    RC_ASSERT(shipment->head.applied_after == source_.applied());
    if (!reaches_the_store) return;
    shipped_image_ = source_.image();
    shipped_applied_ = source_.applied();
    if (acknowledged) RC_ASSERT(tracker_.commit(shipment->head).ok());
    store_.push_back(*std::move(shipment));
  }

  TemporaryFolder folder_;
  SourceDatabase source_;
  PageTracker tracker_{ChainLimits{.deltas_max = 4, .bytes_min = 64u << 10}};
  std::vector<Shipment> store_;
  std::string shipped_image_;
  Sequence shipped_applied_ = 0;
};

RC_GTEST_PROP(Pages, TheStoreHasAStateThatTheDatabaseHad, ()) {
  const int page_size = *rc::gen::element(512, 4096, 4096, 65'536);
  const char* auto_vacuum = *rc::gen::element("NONE", "FULL");
  Story story(page_size, auto_vacuum);
  const auto steps = *rc::gen::container<std::vector<std::pair<Step, int>>>(
      rc::gen::pair(any_step(), rc::gen::inRange(1, 60)));
  for (const auto& [step, amount] : steps) story.take(step, amount);
  story.restore_and_compare();
}

}  // namespace
}  // namespace coditect::replication
