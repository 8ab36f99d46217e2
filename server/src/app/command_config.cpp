#include "app/command_config.h"

#include <optional>

#include "app/config_file.h"

namespace coditect::app {

namespace {

constexpr std::int64_t kMebibyte = 1 << 20;

/// The integer under `key`, from `min` to `max`; nothing where there is none.
Result<std::optional<std::int64_t>> number(const std::filesystem::path& file,
                                           const toml::table& table, std::string_view key,
                                           std::int64_t min, std::int64_t max) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return std::optional<std::int64_t>();
  const auto value = node->value_exact<std::int64_t>();
  if (value && *value >= min && *value <= max) return value;
  return bad(file, *node,
             "'" + std::string(key) + "' is not a whole number from " + std::to_string(min) +
                 " to " + std::to_string(max));
}

}  // namespace

Result<void> take_commands(const std::filesystem::path& file, const toml::table& table,
                           tools::CommandLimits& into, tools::AllowList& network) {
  TRY_VOID(only_known(
      file, table,
      {"memory_mb", "processes", "cores", "written_mb", "written_files", "project_mb", "network"}));
  std::vector<std::string> hosts;
  TRY_VOID(take_texts(file, table, "network", hosts));
  auto allowed = tools::AllowList::parse(hosts);
  if (!allowed) return bad(file, *table.get("network"), allowed.error().message);
  network = *std::move(allowed);
  constexpr std::int64_t kMebibytesMax = 1 << 24;
  TRY(const auto memory, number(file, table, "memory_mb", 16, kMebibytesMax));
  TRY(const auto processes, number(file, table, "processes", 8, 100'000));
  TRY(const auto cores, number(file, table, "cores", 1, 1024));
  TRY(const auto written, number(file, table, "written_mb", 1, kMebibytesMax));
  TRY(const auto files, number(file, table, "written_files", 100, 10'000'000));
  TRY(const auto project, number(file, table, "project_mb", 1, kMebibytesMax));
  if (memory) into.memory_bytes = static_cast<std::size_t>(*memory * kMebibyte);
  if (processes) into.processes = static_cast<std::size_t>(*processes);
  if (cores) into.cores = static_cast<int>(*cores);
  if (written) into.written_bytes = static_cast<std::uint64_t>(*written * kMebibyte);
  if (files) into.written_files = static_cast<std::uint64_t>(*files);
  if (project) into.project_bytes = static_cast<std::uint64_t>(*project * kMebibyte);
  return {};
}

}  // namespace coditect::app
