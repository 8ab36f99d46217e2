#include <algorithm>

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
  CO_TRY(auto before, sequence_param(call.params, "before"));
  if (before == Sequence{0}) co_return invalid("'before' is the number of an event, from 1 on");
  filter.before = before.value_or(0);
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
  CO_TRY(const auto since, sequence_param(call.params, "since"));
  const Sequence head = call.workspace.log().durable_head();
  if (std::max(*seq, since.value_or(0)) > head) {
    co_return beyond_the_end(std::max(*seq, since.value_or(0)), head);
  }
  const databases::TimelineLook look{.seq = *seq, .since = since};
  co_return co_await queries.timeline_at(look);
}

awaitable<Result<json::value>> density(MethodCall call) {
  databases::DensityQuestion question;
  CO_TRY(const auto from, sequence_param(call.params, "from"));
  question.from = from.value_or(1);
  CO_TRY(const auto to, sequence_param(call.params, "to"));
  question.to = to.value_or(0);
  constexpr auto kMost = static_cast<std::int64_t>(databases::kDensityBucketsMax);
  CO_TRY(std::int64_t buckets, integer_param(call.params, "buckets", 200, 1, kMost));
  question.buckets = static_cast<std::size_t>(buckets);
  const std::string by = optional_text(call.params, "by").value_or("type");
  if (by != "type" && by != "agent") {
    co_return invalid("'by' is 'type' or 'agent', not '" + by + "'");
  }
  if (by == "agent") question.by = databases::DensityQuestion::By::kAgent;
  CO_TRY(question.types, texts_param(call.params, "types"));
  question.agent = text_param(call.params, "agent");
  if (const auto path = optional_text(call.params, "path")) {
    CO_TRY(question.path, locks::canonical_path(*path));
  }
  co_return co_await call.workspace.queries().density(std::move(question));
}

awaitable<Result<json::value>> restore(MethodCall call) {
  CO_TRY(const auto seq, sequence_param(call.params, "seq"));
  std::string path = optional_text(call.params, "path").value_or("");
  const Sequence head = call.workspace.log().durable_head();
  if (*seq > head) co_return beyond_the_end(*seq, head);
  workspace::Checkpoints::Moment moment{.seq = *seq, .files = {}};
  CO_TRY(moment.files, co_await call.workspace.queries().files_at(*seq));
  CO_TRY(auto restored, co_await call.workspace.checkpoints().restore_moment(
                            call.actor, std::move(moment), std::move(path)));
  co_return restored_json(restored);
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
        {"before", "integer", kOptional, "the last `limit` events before this one instead"},
        {"limit", "integer", kOptional, "1 to 1000, 100 where it is absent"},
        {"types", "array", kOptional, "only events of these types"},
        {"agent", "string", kOptional, "only events of this agent"},
        {"path", "string", kOptional, "only events about this file"}},
       "{events: [event], next?, previous?}: `next` is the `from` of the next page, `previous` the "
       "`before` of the one before",
       range},
      {"timeline.at",
       "The workspace as it was after an event or at a time.",
       {{"seq", "integer", kOptional, "an event"},
        {"ts", "string", kOptional, "an RFC 3339 time"},
        {"since", "integer", kOptional,
         "an event whose files the caller knows: where it is near, only what is different"}},
       "{seq, files, agents, locks, tasks, since?, removed?}: with `since` in it, `files` are only "
       "those that were edited between the two moments, and `removed` those that are gone",
       at},
      {"timeline.file_at",
       "A file as it was after an event.",
       {{"path", "string", kRequired, "a file's path, relative to the project"},
        {"seq", "integer", kRequired, "an event"}},
       "{seq, text, version}",
       file_at},
      {"timeline.density",
       "How much happened when, for a picture of the whole log.",
       {{"from", "integer", kOptional, "the first event, 1 where it is absent"},
        {"to", "integer", kOptional, "the last event"},
        {"buckets", "integer", kOptional, "1 to 500, 200 where it is absent"},
        {"by", "string", kOptional, "`type` or `agent`: what is told apart"},
        {"types", "array", kOptional, "only events of these types"},
        {"agent", "string", kOptional, "only events of this agent"},
        {"path", "string", kOptional, "only events about this file"}},
       "{from, to, width, to_ts, buckets: [{from, ts, counts}], gaps: [{seq, ms}]}: a bucket is "
       "`width` events of the log; a gap is how long nothing happened before an event",
       density},
      {"timeline.restore",
       "Makes the project's files what they were after an event, all or none; makes a checkpoint "
       "first, so it can be undone.",
       {{"seq", "integer", kRequired, "an event"},
        {"path", "string", kOptional, "only this file, or what is below this folder"}},
       "{before: checkpoint, changed, left_out?}",
       restore},
  };
}

}  // namespace coditect::api
