#include "storage/databases/queries/density.h"

#include <algorithm>
#include <utility>

#include "storage/databases/projections/density.h"

namespace coditect::databases {

namespace {

constexpr Sequence kSlot = static_cast<Sequence>(kSlotEvents);

/// A range of events, cut into buckets of equal width.
struct Cut {
  Sequence from = 1;
  Sequence to = 0;
  Sequence width = 1;
  bool by_slots = false;  ///< whole slots of the table `density`
};

Sequence divided_up(Sequence value, Sequence by) { return (value + by - 1) / by; }

Cut cut_of(const DensityQuestion& question, Sequence head) {
  Cut cut;
  cut.to = question.to == 0 ? head : std::min(question.to, head);
  cut.from = std::clamp<Sequence>(question.from, 1, std::max<Sequence>(cut.to, 1));
  const auto buckets = std::clamp<std::size_t>(question.buckets, 1, kDensityBucketsMax);
  cut.width = std::max<Sequence>(divided_up(cut.to - cut.from + 1, buckets), 1);
  cut.by_slots = cut.width >= kSlot && question.path.empty();
  if (!cut.by_slots) return cut;
  cut.from = (cut.from - 1) / kSlot * kSlot + 1;
  cut.to = std::min(divided_up(cut.to, kSlot) * kSlot, head);
  cut.width = divided_up(divided_up(cut.to - cut.from + 1, buckets), kSlot) * kSlot;
  return cut;
}

std::string sql_of(const DensityQuestion& question, const Cut& cut) {
  const bool by_agent = question.by == DensityQuestion::By::kAgent;
  const std::string key = by_agent ? "coalesce(agent, '')" : "type";
  std::string sql;
  if (cut.by_slots) {
    sql = "SELECT (slot*" + std::to_string(kSlot) + "+1-:from)/:width, " + key +
          ", sum(events) FROM density WHERE slot BETWEEN (:from-1)/" + std::to_string(kSlot) +
          " AND (:to-1)/" + std::to_string(kSlot);
  } else {
    sql = "SELECT (seq-:from)/:width, " + key + ", count(*) FROM events" +
          " WHERE seq BETWEEN :from AND :to";
  }
  if (!question.types.empty()) sql += " AND type IN (SELECT value FROM json_each(:types))";
  if (!question.agent.empty()) sql += " AND agent=:agent";
  if (!question.path.empty()) sql += " AND path=:path";
  return sql + " GROUP BY 1, 2 ORDER BY 1, 2";
}

Result<void> count(Connection& connection, const DensityQuestion& question, const Cut& cut,
                   json::array& buckets) {
  TRY(Statement statement, connection.prepare(sql_of(question, cut)));
  const auto bind = [&statement](const char* name, const auto& value) {
    const int index = sqlite3_bind_parameter_index(statement.handle(), name);
    if (index != 0) statement.bind(index, value);
  };
  bind(":from", cut.from);
  bind(":to", cut.to);
  bind(":width", cut.width);
  bind(":types", json::serialize(json::value_from(question.types)));
  bind(":agent", question.agent);
  bind(":path", question.path);
  for (;;) {
    TRY(const bool more, statement.step());
    if (!more) return {};
    const auto bucket = static_cast<std::size_t>(statement.integer(0));
    json::object& counts = buckets.at(bucket).at("counts").as_object();
    counts[statement.text(1)] = statement.integer(2);
  }
}

Result<std::string> time_of(Connection& connection, Sequence seq) {
  TRY(Statement statement, connection.prepare("SELECT ts FROM events WHERE seq=?"));
  statement.bind(1, seq);
  TRY(const bool found, statement.step());
  return found ? std::string(statement.text(0)) : std::string();
}

Result<json::array> empty_buckets(Connection& connection, const Cut& cut) {
  TRY(Statement statement, connection.prepare("SELECT ts FROM events WHERE seq=?"));
  json::array buckets;
  for (Sequence from = cut.from; from <= cut.to; from += cut.width) {
    statement.bind(1, from);
    TRY(const bool found, statement.step());
    buckets.push_back(json::object{{"from", from},
                                   {"ts", found ? statement.text(0) : std::string_view()},
                                   {"counts", json::object{}}});
    statement.reset();
  }
  return buckets;
}

Result<json::array> gaps_in(Connection& connection, const Cut& cut) {
  TRY(Statement statement,
      connection.prepare("SELECT seq, ms FROM (SELECT seq, ms FROM idle_gaps"
                         " WHERE seq>?1 AND seq<=?2 ORDER BY ms DESC LIMIT ?3) ORDER BY seq"));
  statement.bind(1, cut.from);
  statement.bind(2, cut.to);
  statement.bind(3, std::uint64_t{kDensityGapsMax});
  return read_objects(statement);
}

}  // namespace

Result<json::object> density(const View& view, const DensityQuestion& question) {
  const Cut cut = cut_of(question, view.feed.head());
  json::object answer;
  const auto work = [&](Connection& connection) -> Result<void> {
    TRY(json::array buckets, empty_buckets(connection, cut));
    TRY_VOID(count(connection, question, cut, buckets));
    TRY(json::array gaps, gaps_in(connection, cut));
    TRY(std::string last, time_of(connection, cut.to));
    answer = {{"from", cut.from},
              {"to", cut.to},
              {"width", cut.width},
              {"to_ts", std::move(last)},
              {"buckets", std::move(buckets)},
              {"gaps", std::move(gaps)}};
    return {};
  };
  TRY_VOID(view.read(DatabaseName::kParsedSessions, work));
  return answer;
}

}  // namespace coditect::databases
