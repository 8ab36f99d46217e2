#include "providers/simulator/act.h"

#include "providers/simulator/honest_plan.h"
#include "providers/simulator/structured_answer.h"

namespace coditect::simulator {

namespace {

constexpr std::string_view kLastWord = "Done.";

/// Adds one step to the act under way.
class ActBuilder {
 public:
  void operator()(const Say& say) { act_.lines.push_back({take_pause(), say.text}); }
  void operator()(const UseTools& use) {
    act_.pause_before_calls = take_pause();
    act_.calls = use.calls;
  }
  void operator()(const Pause& pause) { pause_ += pause.length; }
  void operator()(const Fail& fail) { act_.failures.push_back(fail); }
  void operator()(const StreamError& error) { act_.stream_errors.push_back(error.fail); }
  void operator()(const Drop&) { ++act_.drops; }
  void operator()(const Hop& hop) { act_.cuts.push_back({act_.lines.size(), hop.end}); }
  void operator()(const Usage& usage) { act_.usage = usage; }

  bool is_complete() const { return !act_.calls.empty(); }
  Act take() {
    if (act_.text().empty() && act_.calls.empty()) {
      act_.lines = {{take_pause(), std::string(kLastWord)}};
      for (Cut& cut : act_.cuts) cut.lines = 0;
    }
    pause_ = {};
    return std::exchange(act_, {});
  }

 private:
  std::chrono::milliseconds take_pause() { return std::exchange(pause_, {}); }

  Act act_;
  std::chrono::milliseconds pause_{};
};

std::size_t assistant_turns_after(const std::vector<Turn>& turns, std::size_t index) {
  std::size_t count = 0;
  for (std::size_t i = index + 1; i < turns.size(); ++i) count += turns[i].role == Role::kAssistant;
  return count;
}

/// The last turn in which the user asks for something, rather than only returning tool results.
std::size_t latest_prompt(const std::vector<Turn>& turns) {
  for (std::size_t i = turns.size(); i-- > 0;) {
    const Turn& turn = turns[i];
    if (turn.role == Role::kUser && turn.outcomes.empty() && !turn.text.empty()) return i;
  }
  return 0;
}

}  // namespace

std::string Act::text() const {
  std::string joined;
  for (const Line& line : lines) {
    if (!joined.empty() && !line.text.empty()) joined += '\n';
    joined += line.text;
  }
  return joined;
}

std::vector<Act> acts_of(const std::vector<Step>& steps) {
  std::vector<Act> acts;
  ActBuilder builder;
  for (const Step& step : steps) {
    std::visit(builder, step);
    if (builder.is_complete()) acts.push_back(builder.take());
  }
  // What follows the last tool step, if only the word that ends the work.
  acts.push_back(builder.take());
  return acts;
}

Result<Act> next_act(const Prompt& prompt) {
  if (prompt.schema) {
    Act aside;
    aside.lines = {{{}, json::serialize(least_answer(*prompt.schema))}};
    return aside;
  }
  const std::vector<Turn>& turns = prompt.turns;
  const std::size_t asked = latest_prompt(turns);
  for (std::size_t i = turns.size(); i-- > 0;) {
    if (turns[i].role != Role::kUser) continue;
    const std::optional<std::string> block = find_rehearsal(turns[i].text);
    if (!block) continue;
    TRY(const std::vector<Step> steps, parse_rehearsal(*block));
    std::vector<Act> acts = acts_of(steps);
    const std::size_t position = assistant_turns_after(turns, i);
    if (position < acts.size()) return std::move(acts[position]);
    if (asked <= i) return acts_of({}).front();
    break;  // the rehearsal is over and something else was asked since
  }
  return honest_act(prompt, asked, assistant_turns_after(turns, asked));
}

}  // namespace coditect::simulator
