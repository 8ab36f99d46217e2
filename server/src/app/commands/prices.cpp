#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <optional>

#include "app/commands/commands.h"
#include "app/print/table.h"
#include "providers/prices/cost.h"
#include "providers/prices/price_file.h"

namespace coditect::app {

namespace {

struct Options {
  std::string file;
  std::string model;
  std::string at;
  std::string usage;
  std::string tier;
  bool check = false;
  bool json = false;
};

Result<Time> parse_at(const std::string& text) {
  auto time = parse_rfc3339(text + "T00:00:00Z");
  if (time) return time;
  return invalid("'" + text + "' is no day", "write it like 2026-12-01");
}

/// The rows that were asked for: of one model, in force on one day, or all.
Result<std::vector<const providers::PriceRow*>> choose_rows(const providers::PriceBook& book,
                                                            const Options& options) {
  const providers::PriceRow* last =
      options.model.empty() ? nullptr : book.find(options.model, Time::max());
  if (!options.model.empty() && last == nullptr) {
    return not_found("there is no price for '" + options.model + "'",
                     "its calls are shown as unpriced; `coditect prices` lists the models");
  }
  std::optional<Time> at;
  if (!options.at.empty()) {
    TRY(at, parse_at(options.at));
  }
  std::vector<const providers::PriceRow*> rows;
  for (const providers::PriceRow& row : book.content().prices) {
    if (last != nullptr && row.model != last->model) continue;
    if (at && book.find(row.model, *at) != &row) continue;
    rows.push_back(&row);
  }
  return rows;
}

/// "0.075"
std::string dollars(std::int64_t thousandths) {
  std::string text = std::to_string(static_cast<double>(thousandths) / 1000);
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::vector<std::string> line_of(const std::string& model, const std::string& from,
                                 const std::string& prompt, const providers::Rates& rates) {
  return {model,
          from,
          prompt,
          dollars(rates.input),
          dollars(rates.output),
          dollars(rates.cached),
          dollars(rates.cache_write_short),
          dollars(rates.cache_write_long)};
}

std::string table_of(const std::vector<const providers::PriceRow*>& rows) {
  std::vector<std::vector<std::string>> lines;
  for (const providers::PriceRow* row : rows) {
    const std::string from = find_string(to_json(*row), "from").value_or("");
    lines.push_back(line_of(row->model, from, "", row->rates));
    for (const providers::ContextTier& tier : row->above) {
      lines.push_back(line_of(row->model, from, "> " + std::to_string(tier.over), tier.rates));
    }
  }
  return format_table(
      {"MODEL", "FROM", "PROMPT", "INPUT", "OUTPUT", "CACHED", "WRITE", "WRITE LONG"}, lines);
}

json::array factors(const std::vector<providers::FactorRow>& rows, std::string_view name) {
  json::array all;
  for (const providers::FactorRow& row : rows) {
    all.push_back({{"models", row.models},
                   {name, row.name},
                   {"factor", static_cast<double>(row.thousandths) / 1000}});
  }
  return all;
}

json::object json_of(const providers::PriceBook& book,
                     const std::vector<const providers::PriceRow*>& rows) {
  json::array prices;
  for (const providers::PriceRow* row : rows) prices.push_back(to_json(*row));
  json::array searches;
  for (const providers::SearchRow& row : book.content().searches) {
    searches.push_back(
        {{"models", row.models}, {"per_thousand", static_cast<double>(row.each) / 1e6}});
  }
  return {{"as_of", to_rfc3339(book.content().as_of).substr(0, 10)},
          {"unit", "US dollars per million tokens"},
          {"prices", std::move(prices)},
          {"tiers", factors(book.content().tiers, "tier")},
          {"regions", factors(book.content().regions, "region")},
          {"searches", std::move(searches)}};
}

/// Token counts with the names that `usage_recorded` has.
Result<providers::Usage> parse_usage(const std::string& text) {
  TRY(const json::object fields, parse_json_object(text));
  providers::Usage usage;
  std::int64_t written = 0;
  const std::pair<std::string_view, std::int64_t*> counts[] = {
      {"input", &usage.input},   {"cached", &usage.cached},
      {"cache_write", &written}, {"cache_write_long", &usage.cache_write_long},
      {"output", &usage.output}, {"reasoning", &usage.reasoning}};
  for (const auto& [key, value] : fields) {
    const auto* count = std::ranges::find(counts, std::string_view(key),
                                          [](const auto& each) { return each.first; });
    const auto number = find_int(fields, key);
    if (count == std::end(counts) || !number || *number < 0) {
      return invalid("'" + std::string(key) + "' is no count of tokens",
                     "known are input, cached, cache_write, cache_write_long, output, reasoning");
    }
    *count->second = *number;
  }
  if (usage.cache_write_long > written) return invalid("'cache_write' excludes 'cache_write_long'");
  usage.cache_write_short = written - usage.cache_write_long;
  return usage;
}

Result<void> show_cost(const providers::PriceBook& book, const Options& options, Shell& shell) {
  TRY(const providers::Usage usage, parse_usage(options.usage));
  Time at = SystemClock().now();
  if (!options.at.empty()) {
    TRY(at, parse_at(options.at));
  }
  const auto cost = book.cost({options.model, options.tier, usage}, at);
  const json::value usd = cost ? json::value(static_cast<double>(*cost) * 1e-9) : json::value();
  if (options.json) {
    const json::object answer{
        {"model", options.model}, {"priced", cost.has_value()}, {"cost_usd", usd}};
    shell.out << json::serialize(answer) << '\n';
  } else {
    shell.out << (cost ? std::to_string(static_cast<double>(*cost) * 1e-9) + " USD" : "unpriced")
              << '\n';
  }
  return {};
}

Result<void> show(const Options& options, Shell& shell) {
  std::optional<providers::PriceBook> own;
  if (!options.file.empty()) {
    TRY(own, providers::read_prices(options.file));
  }
  const providers::PriceBook& book = own ? *own : providers::built_in_prices();
  if (!options.usage.empty()) return show_cost(book, options, shell);
  TRY(const auto rows, choose_rows(book, options));
  if (options.check) {
    shell.out << "sound: " << book.content().prices.size() << " rows, prices of "
              << to_rfc3339(book.content().as_of).substr(0, 10) << '\n';
  } else if (options.json) {
    shell.out << json::serialize(json_of(book, rows)) << '\n';
  } else {
    shell.out << table_of(rows);
  }
  return {};
}

Result<void> check_options(const Options& options) {
  if (!options.at.empty()) {
    TRY_VOID(parse_at(options.at));
  }
  if (options.usage.empty()) {
    if (options.tier.empty()) return {};
    return invalid("--tier says nothing without --usage");
  }
  if (options.model.empty()) return invalid("--usage needs --model");
  const auto usage = parse_usage(options.usage);
  if (!usage) return Error(usage.error()).in("--usage");
  return {};
}

}  // namespace

void add_prices(CLI::App& app, Shell& shell, Selection& selection) {
  CLI::App* command = app.add_subcommand(
      "prices", "List what models cost, in dollars per million tokens, or check a price file");
  const auto options = std::make_shared<Options>();
  command->add_option("--file", options->file, "a price file instead of the built-in one");
  command->add_flag("--check", options->check, "only say whether the prices are sound");
  command->add_option("--model", options->model, "one model, with or without a snapshot's date");
  command->add_option("--at", options->at, "only what is in force on this day (2026-12-01)");
  command->add_option("--usage", options->usage,
                      "what one request of --model costs: {\"input\",\"cached\",\"cache_write\","
                      "\"cache_write_long\",\"output\"} as JSON");
  command->add_option("--tier", options->tier, "the service tier of --usage");
  command->add_flag("--json", options->json, "print JSON");
  command->callback([options, &shell, &selection] {
    selection.check = [options] { return check_options(*options); };
    selection.run = [options, &shell] { return show(*options, shell); };
  });
}

}  // namespace coditect::app
