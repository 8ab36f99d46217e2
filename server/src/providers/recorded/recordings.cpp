#include "providers/recorded/recordings.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <ostream>
#include <sstream>

#include "providers/recorded/folder.h"
#include "providers/testing/heard.h"

namespace coditect::providers::recorded {

namespace {

std::string usage_text(const Usage& usage) {
  std::ostringstream text;
  text << usage.input << "/" << usage.cached << "/" << usage.cache_write_short << "+"
       << usage.cache_write_long << "/" << usage.output << "/" << usage.reasoning;
  return text.str();
}

std::vector<SseEvent> events_of(std::string_view stream) {
  SseParser parser;
  std::vector<SseEvent> events;
  EXPECT_TRUE(parser.feed(stream, events).ok());
  return events;
}

}  // namespace

void PrintTo(const Seen& seen, std::ostream* out) {
  *out << "\n";
  for (const std::string& line : seen.turn) *out << "  " << line << "\n";
  *out << "  heard: " << seen.heard << "\n";
  for (const std::string& call : seen.calls) *out << "  heard call: " << call << "\n";
  *out << "  stop " << seen.stop << " (" << seen.detail << "), model " << seen.model << ", usage "
       << seen.usage << ", tier " << seen.tier;
}

std::string bytes_of(std::string_view name) {
  std::ifstream file(recordings_folder() / name, std::ios::binary);
  EXPECT_TRUE(file.good()) << name;
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

json::object object_of(std::string_view name) {
  Result<json::object> parsed = parse_json_object(bytes_of(name));
  EXPECT_TRUE(parsed.ok()) << name;
  return parsed.ok() ? *std::move(parsed) : json::object{};
}

json::object request_body(std::string_view name) {
  const json::object whole = object_of(name);
  const json::object* body = find_object(whole, "body");
  EXPECT_NE(body, nullptr) << name;
  return body == nullptr ? json::object{} : *body;
}

std::string stream_of_chunks(std::string_view chunks, Framing framing, std::string_view end) {
  std::string stream;
  std::istringstream lines{std::string(chunks)};
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    switch (framing) {
      case Framing::kNamedEvents: {
        const auto payload = parse_json_object(line);
        const std::string type = payload.ok() ? find_string(*payload, "type").value_or("") : "";
        stream += "event: " + type + "\ndata: " + line + "\n\n";
        break;
      }
      case Framing::kDataOnly: stream += "data: " + line + "\n\n"; break;
      case Framing::kDataWithCrLf: stream += "data: " + line + "\r\n\r\n"; break;
      case Framing::kDataWithoutSpace: stream += "data:" + line + "\n\n"; break;
    }
  }
  return stream.append(end);
}

Seen see(const ProviderResult<ModelAnswer>& answer) {
  Seen seen;
  if (!answer) {
    seen.stop = "error: " + std::string(to_string(answer.error().kind));
    seen.detail = answer.error().code;
    return seen;
  }
  seen.turn = describe(answer->turn);
  seen.stop = to_string(answer->stop);
  seen.detail = answer->stop_detail;
  seen.model = answer->model;
  seen.usage = usage_text(answer->usage());
  if (!answer->billed.empty()) seen.tier = answer->billed.back().service_tier;
  return seen;
}

Seen replay(const Dialect& dialect, std::string_view model, std::string_view stream) {
  const ModelRequest request{.model = std::string(model)};
  const auto decoder = dialect.decoder(request);
  Heard heard;
  ProviderResult<void> taken;
  for (const SseEvent& event : events_of(stream)) {
    taken = decoder->take(event, heard);
    if (!taken || decoder->complete()) break;
  }
  Seen seen = taken ? see(decoder->finish()) : see(taken.error());
  seen.heard = heard.text;
  seen.calls = heard.calls;
  return seen;
}

void expect_same_however_cut(std::string_view stream) {
  const std::vector<SseEvent> whole = events_of(stream);
  ASSERT_FALSE(whole.empty());
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    SseParser parser;
    std::vector<SseEvent> events;
    ASSERT_TRUE(parser.feed(stream.substr(0, cut), events).ok());
    ASSERT_TRUE(parser.feed(stream.substr(cut), events).ok());
    ASSERT_TRUE(events == whole) << "cut at byte " << cut;
  }
  SseParser parser;
  std::vector<SseEvent> events;
  for (std::size_t at = 0; at < stream.size(); ++at) {
    ASSERT_TRUE(parser.feed(stream.substr(at, 1), events).ok());
  }
  ASSERT_TRUE(events == whole) << "byte by byte";
}

Seen replay_cut(const Dialect& dialect, std::string_view model, std::string_view stream) {
  expect_same_however_cut(stream);
  return replay(dialect, model, stream);
}

}  // namespace coditect::providers::recorded
