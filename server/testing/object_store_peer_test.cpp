// The stores against real servers of other people, alone and behind a proxy that does to them what
// a bad network does. tests/peers/with-peers starts the servers and says where they are.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "base/random.h"
#include "storage/objects/gcs/gcs_store.h"
#include "storage/objects/object_store_conformance.h"
#include "storage/objects/retrying/retrying_store.h"
#include "storage/objects/s3/s3_store.h"
#include "testing/fault_proxy.h"

namespace coditect::objects {
namespace {

using coditect::testing::all_faults;
using coditect::testing::Fault;
using coditect::testing::FaultProxy;
using coditect::testing::SeededFaults;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kSkipped = 77;  // as ctest is told
constexpr unsigned kFaultsPerMille = 150;
constexpr std::uint64_t kSeed = 20'261'121;

// Quick enough that a stalled request does not hold a test up.
constexpr net_client::HttpTimes kTimes{seconds{10}, seconds{10}, seconds{10}};
constexpr net_client::HttpTimes kTimesAmongFaults{seconds{2}, milliseconds{1'500}, seconds{2}};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Where the peers are; "" for one that does not run.
struct Peers {
  std::string gcs_port = variable("CODITECT_PEER_GCS_PORT");
  std::string s3_port = variable("CODITECT_PEER_S3_PORT");
  std::string s3_folder = variable("CODITECT_PEER_S3_FOLDER");  ///< of the bucket's objects
};
const Peers& peers() {
  static const Peers peers;
  return peers;
}

const SystemClock& clock() {
  static const SystemClock clock;
  return clock;
}

/// A folder of the bucket for each store under test, so that each begins empty.
std::string fresh_folder() {
  static std::atomic<int> count = 0;
  static const std::string run = SystemRandom().id("run-");
  return run + "/" + std::to_string(++count);
}

std::unique_ptr<ObjectStore> gcs_store(asio::any_io_executor executor, const std::string& port,
                                       const std::string& folder, net_client::HttpTimes times) {
  auto store = make_gcs_store(std::move(executor),
                              {.bucket = "coditect-test",
                               .prefix = folder,
                               .endpoint = "http://127.0.0.1:" + port,
                               .times = times},
                              clock());
  EXPECT_TRUE(store.ok());
  return *std::move(store);
}

std::unique_ptr<ObjectStore> s3_store(asio::any_io_executor executor, const std::string& port,
                                      const std::string& folder, net_client::HttpTimes times) {
  auto store = make_s3_store(std::move(executor),
                             {.bucket = "coditect-test",
                              .prefix = folder,
                              .endpoint = "http://127.0.0.1:" + port,
                              .credentials = {"coditect", "coditect-secret"},
                              .times = times},
                             clock());
  EXPECT_TRUE(store.ok());
  return *std::move(store);
}

using MakeStore = std::unique_ptr<ObjectStore> (*)(asio::any_io_executor, const std::string&,
                                                   const std::string&, net_client::HttpTimes);

class PeerStore final : public StoreUnderTest {
 public:
  PeerStore(asio::any_io_executor executor, MakeStore make, const std::string& port,
            std::string objects)
      : folder_(fresh_folder()),
        objects_(std::move(objects)),
        store_(make(std::move(executor), port, folder_, kTimes)) {}

  ObjectStore& store() override { return *store_; }
  bool damage(const std::string& key) override {
    if (objects_.empty()) return false;
    std::fstream file(objects_ + "/" + folder_ + "/" + key,
                      std::ios::in | std::ios::out | std::ios::binary);
    const int byte = file.get();
    file.seekp(0);
    file.put(static_cast<char>(byte ^ 1));
    return file.good();
  }

 private:
  const std::string folder_;
  const std::string objects_;
  const std::unique_ptr<ObjectStore> store_;
};

/// A peer behind the fault proxy, and the store that tries again.
class FaultyStore final : public StoreUnderTest {
 public:
  FaultyStore(asio::any_io_executor executor, MakeStore make, const std::string& port)
      : plan_(kSeed, kFaultsPerMille, all_faults()),
        proxy_({.upstream_port = static_cast<std::uint16_t>(std::stoi(port))}, plan_),
        store_(make(std::move(executor), std::to_string(proxy_.port()), fresh_folder(),
                    kTimesAmongFaults),
               {.delay_first = milliseconds{2}, .delay_max = milliseconds{20}},
               {clock(), random_, sleep_on_timer}) {}

  ObjectStore& store() override { return store_; }
  bool damage(const std::string&) override { return false; }

 private:
  SeededFaults plan_;
  SystemRandom random_;
  FaultProxy proxy_;
  RetryingStore store_;
};

/// versitygw keeps objects as files, and loses the race for a folder that becomes empty.
constexpr bool kS3EmptiesFolders = false;

StoreBackend gcs_peer() {
  return {"Gcs", [](asio::any_io_executor executor) -> std::unique_ptr<StoreUnderTest> {
            if (peers().gcs_port.empty()) return nullptr;
            return std::make_unique<PeerStore>(std::move(executor), gcs_store, peers().gcs_port,
                                               "");
          }};
}

StoreBackend s3_peer() {
  return {"S3",
          [](asio::any_io_executor executor) -> std::unique_ptr<StoreUnderTest> {
            if (peers().s3_port.empty()) return nullptr;
            return std::make_unique<PeerStore>(std::move(executor), s3_store, peers().s3_port,
                                               peers().s3_folder);
          },
          kS3EmptiesFolders};
}

StoreBackend gcs_among_faults() {
  return {"GcsAmongFaults", [](asio::any_io_executor executor) -> std::unique_ptr<StoreUnderTest> {
            if (peers().gcs_port.empty()) return nullptr;
            return std::make_unique<FaultyStore>(std::move(executor), gcs_store, peers().gcs_port);
          }};
}

StoreBackend s3_among_faults() {
  return {"S3AmongFaults",
          [](asio::any_io_executor executor) -> std::unique_ptr<StoreUnderTest> {
            if (peers().s3_port.empty()) return nullptr;
            return std::make_unique<FaultyStore>(std::move(executor), s3_store, peers().s3_port);
          },
          kS3EmptiesFolders};
}

INSTANTIATE_TEST_SUITE_P(Peers, ObjectStoreConformance,
                         ::testing::Values(gcs_peer(), s3_peer(), gcs_among_faults(),
                                           s3_among_faults()),
                         conformance_name);

}  // namespace

bool peers_run() { return !peers().gcs_port.empty() || !peers().s3_port.empty(); }

}  // namespace coditect::objects

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (!coditect::objects::peers_run()) {
    std::cerr << "SKIPPED: no peer runs; tests/peers/with-peers starts them\n";
    return coditect::objects::kSkipped;
  }
  return RUN_ALL_TESTS();
}
