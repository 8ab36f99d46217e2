#include "providers/simulator/honest_plan.h"

#include <algorithm>

namespace coditect::simulator {

namespace {

constexpr std::chrono::milliseconds kPauseBetweenWords{15};
constexpr std::size_t kQuotedBytesMax = 160;

std::string agent_of(Vendor vendor) {
  switch (vendor) {
    case Vendor::kAnthropic: return "claude";
    case Vendor::kGemini: return "gemini";
    case Vendor::kOpenai: return "codex";
    case Vendor::kMoonshot: return "kimi";
  }
  return "agent";
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

bool is_path_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("._-/+@").contains(c);
}

/// The first line of what was asked, short enough to quote.
std::string quote(std::string_view text) {
  text = text.substr(0, text.find('\n'));
  std::size_t end = std::min(text.size(), kQuotedBytesMax);
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) {
    --end;
  }
  return std::string(text.substr(0, end));
}

ToolCall call(std::string name, json::object input) {
  return {"", std::move(name), std::move(input)};
}

Act act(std::string text) {
  Act result;
  result.lines.push_back({{}, std::move(text)});
  result.pause_between_words = kPauseBetweenWords;
  return result;
}

Act act(std::string text, ToolCall use) {
  Act result = act(std::move(text));
  result.calls.push_back(std::move(use));
  return result;
}

/// The result of the latest tool call.
const ToolOutcome* latest_outcome(const Prompt& prompt) {
  const auto& outcomes = prompt.turns.back().outcomes;
  return outcomes.empty() ? nullptr : &outcomes.back();
}

/// Which pictures came with what was asked, so that one sees that they arrive.
std::string shown(const Turn& asked) {
  if (asked.pictures.empty()) return {};
  std::string text = "I was shown ";
  for (std::size_t i = 0; i < asked.pictures.size(); ++i) {
    if (i > 0) text += i + 1 == asked.pictures.size() ? " and " : ", ";
    text += describe(asked.pictures[i]);
  }
  return text + ". ";
}

Act note(const Prompt& prompt, std::size_t asked) {
  const std::string agent = agent_of(prompt.vendor);
  const std::string path = "notes/" + agent + ".md";
  std::string text =
      "# Note by a simulated " + agent +
      "\n\nNo model was asked: this is a simulation, played because no API key is set.\n\n"
      "It was asked: " +
      quote(prompt.turns[asked].text) + "\n";
  return act("Now I leave a note in " + path + ".",
             call("write_file", {{"path", path}, {"text", std::move(text)}}));
}

Act last_word(const Prompt& prompt) {
  const ToolOutcome* outcome = latest_outcome(prompt);
  if (outcome != nullptr && outcome->is_error) {
    return act("This is a simulation: no model was asked. My last step failed: " +
               quote(outcome->text));
  }
  return act(
      "This is a simulation: no model was asked, and nothing was thought through. Set an API key "
      "to work with a real model, or put a rehearsal block into the prompt.");
}

}  // namespace

std::string choose_file(std::string_view listing) {
  std::string first;
  while (!listing.empty()) {
    const auto start = std::ranges::find_if(listing, is_path_char);
    listing.remove_prefix(static_cast<std::size_t>(start - listing.begin()));
    const auto end = std::ranges::find_if_not(listing, is_path_char);
    const std::string_view path =
        listing.substr(0, static_cast<std::size_t>(end - listing.begin()));
    listing.remove_prefix(path.size());
    const std::string name = lower(path.substr(path.rfind('/') + 1));
    if (name.starts_with("readme")) return std::string(path);
    const bool is_text = name.ends_with(".md") || name.ends_with(".txt");
    if (first.empty() && is_text && name.find('.') > 0) first = path;
  }
  return first;
}

Act honest_act(const Prompt& prompt, std::size_t asked, std::size_t position) {
  const ToolOutcome* outcome = latest_outcome(prompt);
  if (position == 0 && prompt.offers("list_files")) {
    return act("I am a simulated model, so nothing is really thought here. " +
                   shown(prompt.turns[asked]) + "I look at the tree first.",
               call("list_files", {{"path", ""}}));
  }
  if (position <= 1 && prompt.offers("read_file") && outcome != nullptr && !outcome->is_error) {
    const std::string path = choose_file(outcome->text);
    if (!path.empty()) return act("I read " + path + ".", call("read_file", {{"path", path}}));
  }
  const auto& turns = prompt.turns;
  bool has_written = false;
  for (std::size_t i = asked; i < turns.size(); ++i) {
    has_written |=
        std::ranges::find(turns[i].calls, "write_file", &ToolCall::name) != turns[i].calls.end();
  }
  if (!has_written && position <= 2 && prompt.offers("write_file")) return note(prompt, asked);
  return last_word(prompt);
}

}  // namespace coditect::simulator
