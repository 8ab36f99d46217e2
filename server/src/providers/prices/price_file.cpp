#include "providers/prices/price_file.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <set>

#include "base/posix_file.h"

namespace coditect::providers {

namespace {

constexpr std::int64_t kFormat = 1;
constexpr double kThousandths = 1000;
constexpr double kRateMax = 100'000;  // dollars per million tokens
constexpr double kFactorMax = 100;
constexpr double kPrecision = 1e-6;
constexpr Nanodollars kNanodollarsPerThousandth = 1'000'000;

using Keys = std::initializer_list<std::string_view>;
constexpr Keys kFileKeys = {"format", "as_of", "unit",    "about",
                            "prices", "tiers", "regions", "searches"};
constexpr Keys kRowKeys = {"model", "from", "in", "out", "read", "write", "write_long", "above"};
constexpr Keys kTierKeys = {"prompt", "in", "out", "read", "write", "write_long"};

Result<void> only_known(const json::object& row, Keys known) {
  for (const auto& [key, value] : row) {
    if (std::ranges::find(known, std::string_view(key)) == known.end()) {
      return invalid("'" + std::string(key) + "' is not known there");
    }
  }
  return {};
}

/// A number of dollars as whole thousandths. A finer one would be rounded, and the cost wrong.
Result<std::int64_t> thousandths(const json::object& row, std::string_view key, double most) {
  const auto number = find_double(row, key);
  const std::string name = "'" + std::string(key) + "'";
  if (!number) return invalid(name + " is missing or no number");
  if (!(*number >= 0 && *number <= most)) return invalid(name + " is negative or beyond belief");
  const double scaled = *number * kThousandths;
  if (std::abs(scaled - std::round(scaled)) > kPrecision) {
    return invalid(name + " is finer than a thousandth");
  }
  return static_cast<std::int64_t>(std::llround(scaled));
}

Result<std::int64_t> rate_or(const json::object& row, std::string_view key, std::int64_t fallback) {
  if (!row.contains(key)) return fallback;
  return thousandths(row, key, kRateMax);
}

Result<Rates> parse_rates(const json::object& row) {
  Rates rates;
  TRY(rates.input, thousandths(row, "in", kRateMax));
  TRY(rates.output, thousandths(row, "out", kRateMax));
  if (rates.input == 0 || rates.output == 0) return invalid("a price is zero");
  TRY(rates.cached, rate_or(row, "read", rates.input));
  TRY(rates.cache_write_short, rate_or(row, "write", rates.input));
  TRY(rates.cache_write_long, rate_or(row, "write_long", rates.cache_write_short));
  return rates;
}

Result<std::chrono::sys_days> parse_day(const json::object& row, std::string_view key) {
  const std::string text = find_string(row, key).value_or("");
  const auto time = parse_rfc3339(text + "T00:00:00Z");
  if (!time) {
    return invalid("'" + std::string(key) + "' is no day", "write it like 2026-12-01");
  }
  return std::chrono::floor<std::chrono::days>(*time);
}

Result<std::vector<ContextTier>> parse_above(const json::object& row) {
  std::vector<ContextTier> tiers;
  const json::value* above = row.if_contains("above");
  if (above == nullptr) return tiers;
  if (!above->is_array()) return invalid("'above' is no array");
  for (const json::value& each : above->get_array()) {
    const json::object* fields = each.if_object();
    if (fields == nullptr) return invalid("'above' holds something that is no object");
    TRY_VOID(only_known(*fields, kTierKeys));
    ContextTier tier;
    TRY(tier.over, need_int(*fields, "prompt"));
    const std::int64_t before = tiers.empty() ? 0 : tiers.back().over;
    if (tier.over <= before) return invalid("the prompt lengths of 'above' do not rise");
    TRY(tier.rates, parse_rates(*fields));
    tiers.push_back(std::move(tier));
  }
  return tiers;
}

Result<PriceRow> parse_row(const json::object& fields) {
  TRY_VOID(only_known(fields, kRowKeys));
  PriceRow row;
  TRY(row.model, need_string(fields, "model"));
  if (row.model.empty()) return invalid("'model' is empty");
  if (fields.contains("from")) {
    TRY(row.from, parse_day(fields, "from"));
  }
  TRY(row.rates, parse_rates(fields));
  TRY(row.above, parse_above(fields));
  return row;
}

Result<FactorRow> parse_factor(const json::object& fields, std::string_view name_key) {
  TRY_VOID(only_known(fields, {"models", name_key, "factor"}));
  FactorRow row;
  TRY(row.models, need_string(fields, "models"));
  TRY(row.name, need_string(fields, name_key));
  if (row.models.empty() || row.name.empty()) return invalid("a name is empty");
  TRY(row.thousandths, thousandths(fields, "factor", kFactorMax));
  if (row.thousandths == 0) return invalid("'factor' is zero");
  return row;
}

Result<SearchRow> parse_search(const json::object& fields) {
  TRY_VOID(only_known(fields, {"models", "per_thousand"}));
  SearchRow row;
  TRY(row.models, need_string(fields, "models"));
  TRY(const std::int64_t each, thousandths(fields, "per_thousand", kRateMax));
  row.each = each * kNanodollarsPerThousandth / 1000;
  return row;
}

/// Parses every row of the list `key` with `parse`; an error says which row it is about.
template <class Row, class Parse>
Result<std::vector<Row>> parse_list(const json::object& file, std::string_view key, Parse parse) {
  std::vector<Row> rows;
  const json::value* list = file.if_contains(key);
  if (list == nullptr) return rows;
  if (!list->is_array()) return invalid("'" + std::string(key) + "' is no array");
  for (const json::value& each : list->get_array()) {
    const std::string place = std::string(key) + " row " + std::to_string(rows.size() + 1);
    const json::object* fields = each.if_object();
    if (fields == nullptr) return invalid("no object").in(place);
    Result<Row> row = parse(*fields);
    const std::string model = find_string(*fields, "model").value_or("");
    if (!row) {
      return std::move(row).error().in(model.empty() ? place : place + " (" + model + ")");
    }
    rows.push_back(*std::move(row));
  }
  return rows;
}

/// Rows of a model stand together and their days rise, so that the last that has begun is in force.
Result<void> check_order(const std::vector<PriceRow>& rows) {
  std::set<std::string_view> finished;
  const PriceRow* before = nullptr;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const PriceRow& row = rows[i];
    const std::string place = "prices row " + std::to_string(i + 1) + " (" + row.model + ")";
    if (before != nullptr && before->model == row.model) {
      if (before->from >= row.from) return invalid("its day is not after the row before").in(place);
    } else if (!finished.insert(row.model).second) {
      return invalid("the model has rows further up: put them together").in(place);
    }
    before = &row;
  }
  return {};
}

json::value dollars(std::int64_t thousandths_of) {
  return static_cast<double>(thousandths_of) / kThousandths;
}

void write_rates(const Rates& rates, json::object& into) {
  into["in"] = dollars(rates.input);
  into["out"] = dollars(rates.output);
  into["read"] = dollars(rates.cached);
  into["write"] = dollars(rates.cache_write_short);
  into["write_long"] = dollars(rates.cache_write_long);
}

}  // namespace

Result<PriceBook> parse_prices(std::string_view text) {
  TRY(const json::object file, parse_json_object(text));
  if (find_int(file, "format") != kFormat) {
    return invalid("'format' is not " + std::to_string(kFormat));
  }
  TRY_VOID(only_known(file, kFileKeys));
  PriceBook::Content content;
  TRY(content.as_of, parse_day(file, "as_of"));
  TRY(content.prices, parse_list<PriceRow>(file, "prices", parse_row));
  if (content.prices.empty()) return invalid("'prices' is missing or empty");
  TRY_VOID(check_order(content.prices));
  const auto factor_named = [](std::string_view key) {
    return [key](const json::object& fields) { return parse_factor(fields, key); };
  };
  TRY(content.tiers, parse_list<FactorRow>(file, "tiers", factor_named("tier")));
  TRY(content.regions, parse_list<FactorRow>(file, "regions", factor_named("region")));
  TRY(content.searches, parse_list<SearchRow>(file, "searches", parse_search));
  return PriceBook(std::move(content));
}

Result<PriceBook> read_prices(const std::filesystem::path& file) {
  TRY(const std::string text, read_file(file));
  Result<PriceBook> book = parse_prices(text);
  if (!book) {
    Error error = std::move(book).error().in(file.string());
    if (error.hint.empty()) error.hint = "docs/formats/prices.md says what may stand there";
    return error;
  }
  return book;
}

json::object to_json(const PriceRow& row) {
  json::object fields{{"model", row.model}};
  if (row.from != std::chrono::sys_days{}) {
    fields["from"] = to_rfc3339(row.from).substr(0, std::string_view("2026-12-01").size());
  }
  write_rates(row.rates, fields);
  if (row.above.empty()) return fields;
  json::array above;
  for (const ContextTier& tier : row.above) {
    json::object each{{"prompt", tier.over}};
    write_rates(tier.rates, each);
    above.push_back(std::move(each));
  }
  fields["above"] = std::move(above);
  return fields;
}

}  // namespace coditect::providers
