#include "api/rpc/method_table.h"
#include "api/rpc/params.h"
#include "base/limits.h"
#include "coordination/locks/path.h"

namespace coditect::api {

namespace {

constexpr std::int64_t kPage = static_cast<std::int64_t>(limits::kPageMax);

Error beyond_the_end(Sequence seq, Sequence head) {
  return invalid("there is no event " + std::to_string(seq),
                 "the last one is " + std::to_string(head));
}

awaitable<Result<json::value>> range(MethodCall call) {
  databases::TimelineFilter filter;
  CO_TRY(auto from, sequence_param(call.params, "from"));
  filter.from = std::max<Sequence>(from.value_or(1), 1);
  CO_TRY(std::int64_t limit, integer_param(call.params, "limit", 100, 1, kPage));
  filter.limit = static_cast<std::size_t>(limit);
  CO_TRY(filter.types, texts_param(call.params, "types"));
  filter.agent = text_param(call.params, "agent");
  if (const auto path = optional_text(call.params, "path")) {
    CO_TRY(filter.path, locks::canonical_path(*path));
  }
  co_return co_await call.workspace.queries().timeline_range(std::move(filter));
}

awaitable<Result<json::value>> at(MethodCall call) {
  CO_TRY(auto seq, sequence_param(call.params, "seq"));
  const auto ts = optional_text(call.params, "ts");
  if (seq.has_value() == ts.has_value()) {
    co_return invalid("timeline.at needs either 'seq' or 'ts'");
  }
  auto& queries = call.workspace.queries();
  if (ts) {
    CO_TRY(Time time, parse_rfc3339(*ts));
    CO_TRY(seq, co_await queries.seq_at(time));
  }
  const Sequence head = call.workspace.log().durable_head();
  if (*seq > head) co_return beyond_the_end(*seq, head);
  co_return co_await queries.timeline_at(*seq);
}

awaitable<Result<json::value>> file_at(MethodCall call) {
  CO_TRY(std::string path, locks::canonical_path(text_param(call.params, "path")));
  CO_TRY(auto seq, sequence_param(call.params, "seq"));
  const Sequence head = call.workspace.log().durable_head();
  if (*seq > head) co_return beyond_the_end(*seq, head);
  co_return co_await call.workspace.queries().file_at(std::move(path), *seq);
}

}  // namespace

std::vector<Method> timeline_methods() {
  return {
      {"timeline.range",
       "Events of the log, in order.",
       {{"from", "integer", kOptional, "the first event, 1 where it is absent"},
        {"limit", "integer", kOptional, "1 to 1000, 100 where it is absent"},
        {"types", "array", kOptional, "only events of these types"},
        {"agent", "string", kOptional, "only events of this agent"},
        {"path", "string", kOptional, "only events about this file"}},
       "{events: [event], next?}: `next` is the `from` of the next page",
       range},
      {"timeline.at",
       "The workspace as it was after an event or at a time.",
       {{"seq", "integer", kOptional, "an event"}, {"ts", "string", kOptional, "an RFC 3339 time"}},
       "{seq, files, agents, locks, tasks}",
       at},
      {"timeline.file_at",
       "A file as it was after an event.",
       {{"path", "string", kRequired, "a file's path, relative to the project"},
        {"seq", "integer", kRequired, "an event"}},
       "{seq, text, version}",
       file_at},
  };
}

}  // namespace coditect::api
