// fault_proxy UPSTREAM_PORT [SEED PER_MILLE [FAULT,FAULT...]]
//
// Stands in front of a server on this machine and prints the port that it listens on. With a seed,
// requests meet faults at that rate. Otherwise each line of standard input is obeyed and answered
// with "ok": "script FAULT,FAULT..." for the next requests, "always FAULT" for all after them.
// It ends with standard input.
#include <charconv>
#include <cstdio>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "testing/fault_proxy.h"

namespace {

using namespace coditect::testing;

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::vector<Fault>> parse_faults(std::string_view text) {
  std::vector<Fault> faults;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const auto fault = parse_fault(text.substr(0, comma));
    if (!fault) return std::nullopt;
    faults.push_back(*fault);
    text = comma == std::string_view::npos ? "" : text.substr(comma + 1);
  }
  return faults;
}

bool obey(std::string_view line, ScriptedFaults& plan) {
  constexpr std::string_view kScript = "script ";
  constexpr std::string_view kAlways = "always ";
  if (line.starts_with(kScript)) {
    const auto faults = parse_faults(line.substr(kScript.size()));
    if (!faults) return false;
    plan.script({faults->begin(), faults->end()});
    return true;
  }
  if (!line.starts_with(kAlways)) return false;
  const auto fault = parse_fault(line.substr(kAlways.size()));
  if (fault) plan.always(*fault);
  return fault.has_value();
}

int usage() {
  std::fputs("usage: fault_proxy UPSTREAM_PORT [SEED PER_MILLE [FAULT,FAULT...]]\n", stderr);
  return 2;
}

int run(const std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments.size() == 2 || arguments.size() > 4) return usage();
  const auto upstream = parse_number<std::uint16_t>(arguments[0]);
  if (!upstream) return usage();
  ScriptedFaults scripted;
  std::optional<SeededFaults> seeded;
  if (arguments.size() > 1) {
    const auto seed = parse_number<std::uint64_t>(arguments[1]);
    const auto per_mille = parse_number<unsigned>(arguments[2]);
    const auto kinds = arguments.size() == 4 ? parse_faults(arguments[3]) : all_faults();
    if (!seed || !per_mille || !kinds) return usage();
    seeded.emplace(*seed, *per_mille, *kinds);
  }
  FaultPlan& plan = seeded ? static_cast<FaultPlan&>(*seeded) : scripted;
  FaultProxy proxy({.upstream_port = *upstream}, plan);
  std::cout << proxy.port() << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << (obey(line, scripted) ? "ok" : "not understood") << std::endl;
  }
  for (const auto& [fault, count] : proxy.counts()) {
    std::cout << to_string(fault) << ' ' << count << '\n';
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fault_proxy: %s\n", error.what());
    return 1;
  }
}
