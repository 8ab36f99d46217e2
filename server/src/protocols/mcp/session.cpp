#include "protocols/mcp/session.h"

#include <boost/asio/post.hpp>

#include <algorithm>

#include "protocols/mcp/limits.h"

namespace coditect::mcp {

Session::Session(const Strand& strand, Opening opening)
    : strand_(strand),
      opening_(std::move(opening)),
      standalone_(
          std::make_shared<ReplyStream>(strand, "server", ReplyStream::Keeping::kUntilRead)),
      answered_(strand) {}

std::shared_ptr<ReplyStream> Session::new_stream() {
  if (streams_.size() == limits::kKeptStreamsMax) {
    const auto ended = std::ranges::find_if(streams_, &ReplyStream::ended);
    streams_.erase(ended == streams_.end() ? streams_.begin() : ended);
  }
  streams_.push_back(std::make_shared<ReplyStream>(strand_, std::to_string(++last_stream_),
                                                   ReplyStream::Keeping::kKept));
  return streams_.back();
}

std::shared_ptr<ReplyStream> Session::find_stream(const std::string& id) const {
  if (id == standalone_->id()) return standalone_;
  const auto place = std::ranges::find(streams_, id, &ReplyStream::id);
  return place == streams_.end() ? nullptr : *place;
}

void Session::drop(const std::string& stream) {
  std::erase_if(streams_, [&stream](const auto& each) { return each->id() == stream; });
}

void Session::begin_call(const json::value& id, std::shared_ptr<Call> call) {
  calls_[json::serialize(id)] = std::move(call);
}

void Session::cancel(const json::value& id) {
  const auto call = calls_.find(json::serialize(id));
  if (call != calls_.end()) call->second->request_stop();
}

awaitable<std::variant<json::value, Refusal>> Session::ask(std::shared_ptr<ReplyStream> stream,
                                                           Question question,
                                                           std::stop_token stop) {
  const std::string id = "s" + std::to_string(++last_question_);
  stream->push(json::serialize(request_message(id, question.method, std::move(question.params))));
  asked_[id] = std::nullopt;
  const std::stop_callback wake(
      stop, [this] { asio::post(strand_, [this] { answered_.notify_all(); }); });
  const auto deadline = std::chrono::steady_clock::now() + limits::kAnswerTimeMax;
  while (!asked_.at(id) && !ended_ && !stop.stop_requested() &&
         std::chrono::steady_clock::now() < deadline) {
    co_await answered_.wait_until(deadline);
  }
  std::optional<Answer> answer = std::move(asked_.at(id));
  asked_.erase(id);
  if (answer) co_return *std::move(answer);
  co_return Refusal{Code::kFailed, "the client did not answer " + question.method, {}};
}

bool Session::take_answer(const Response& response) {
  const json::string* id = response.id.if_string();
  const auto place = id == nullptr ? asked_.end() : asked_.find(std::string(*id));
  if (place == asked_.end() || place->second) return false;
  place->second = response.outcome;
  answered_.notify_all();
  return true;
}

void Session::end() {
  ended_ = true;
  for (const auto& [id, call] : calls_) call->request_stop();
  for (const auto& stream : streams_) stream->end();
  standalone_->end();
  answered_.notify_all();
}

}  // namespace coditect::mcp
