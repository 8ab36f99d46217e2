#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <random>

#include "base/check.h"
#include "storage/vectors/vector_store.h"

namespace coditect::vectors {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPassagesOfContent = 100;

std::vector<float> drawn(std::mt19937& random, std::size_t dimensions) {
  std::normal_distribution<float> normal;
  std::vector<float> vector(dimensions);
  for (float& each : vector) each = normal(random);
  return vector;
}

/// What one search costs that reads every vector: so many passages, of so many numbers.
void scan(benchmark::State& state) {
  const auto passages = static_cast<std::size_t>(state.range(0));
  const auto dimensions = static_cast<std::size_t>(state.range(1));
  std::string name = (fs::temp_directory_path() / "vectors_bench_XXXXXX").string();
  const fs::path folder = ::mkdtemp(name.data());
  std::mt19937 random(7);
  {
    auto store = VectorStore::open(folder, "bench");
    check(store.ok());
    for (std::size_t at = 0; at < passages; at += kPassagesOfContent) {
      std::vector<Passage> content;
      for (std::size_t i = 0; i < kPassagesOfContent; ++i) {
        content.push_back({1, 2, drawn(random, dimensions)});
      }
      check((*store)->put(std::to_string(at), content).ok());
    }
    const std::vector<float> query = drawn(random, dimensions);
    for (auto _ : state) {
      const auto near = (*store)->nearest(query, 10);
      check(near.ok() && near->size() == 10);
    }
  }
  fs::remove_all(folder);
}
BENCHMARK(scan)
    ->ArgNames({"passages", "dimensions"})
    ->Args({10'000, 256})
    ->Args({10'000, 1'536})
    ->Args({100'000, 1'536})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace coditect::vectors
