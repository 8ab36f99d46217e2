#include "storage/unpack/git_config.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "base/utf8.h"

namespace coditect::unpack {

namespace {

struct Section {
  std::string name;        ///< lower case; "" for one of which nothing is kept
  std::string subsection;  ///< "" for none
};

struct Kept {
  std::string_view section;
  std::string_view key;
};

constexpr std::array kKept = {
    Kept{"core", "repositoryformatversion"},
    Kept{"core", "filemode"},
    Kept{"core", "bare"},
    Kept{"core", "logallrefupdates"},
    Kept{"core", "ignorecase"},
    Kept{"core", "precomposeunicode"},
    Kept{"core", "symlinks"},
    Kept{"core", "autocrlf"},
    Kept{"core", "eol"},
    Kept{"core", "sharedrepository"},
    Kept{"extensions", "objectformat"},
    Kept{"user", "name"},
    Kept{"user", "email"},
    Kept{"pull", "rebase"},
    Kept{"pull", "ff"},
    Kept{"push", "default"},
};
/// Those of a section that names what it is about: [remote "origin"].
constexpr std::array kKeptOfOne = {
    Kept{"remote", "url"},    Kept{"remote", "pushurl"}, Kept{"remote", "fetch"},
    Kept{"branch", "remote"}, Kept{"branch", "merge"},   Kept{"branch", "rebase"},
};

std::string_view trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string made(text);
  std::ranges::transform(made, made.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  return made;
}

/// Nothing that quotes, escapes, comments or ends a line.
bool is_plain(std::string_view text) {
  const auto is_special = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '"' || c == '\\' || c == '#' ||
           c == ';' || c == '[' || c == ']';
  };
  return is_utf8(text) && std::ranges::none_of(text, is_special);
}

/// Of a line that begins with '['; an empty one for what is not understood.
Section parse_section(std::string_view line) {
  if (!line.ends_with(']')) return {};
  line = line.substr(1, line.size() - 2);
  const std::size_t quote = line.find('"');
  if (quote == std::string_view::npos) {
    return is_plain(line) ? Section{lower(trimmed(line)), ""} : Section{};
  }
  const std::string_view name = trimmed(line.substr(0, quote));
  std::string_view subsection = line.substr(quote + 1);
  if (!subsection.ends_with('"')) return {};
  subsection.remove_suffix(1);
  if (subsection.empty() || !is_plain(name) || !is_plain(subsection)) return {};
  return {lower(name), std::string(subsection)};
}

bool is_kept(const Section& section, std::string_view key, std::string_view value) {
  const auto is_it = [&](const Kept& each) {
    return each.section == section.name && each.key == key;
  };
  if (!is_plain(value) || value.empty()) return false;
  if (section.subsection.empty()) return std::ranges::any_of(kKept, is_it);
  // "ext::sh -c …" and other helpers are programs; a leading '-' is an option.
  const bool is_helper = value.contains("::") || value.starts_with('-');
  return std::ranges::any_of(kKeptOfOne, is_it) && !is_helper;
}

}  // namespace

std::string safe_git_config(std::string_view text) {
  std::string made;
  Section section;
  bool written = false;    // the section's header
  bool continued = false;  // the line before ended in '\': this one belongs to it
  while (!text.empty()) {
    const std::string_view whole = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(whole.size() + 1, text.size()));
    const bool belongs = continued;
    continued = trimmed(whole).ends_with('\\');
    if (belongs || continued) continue;
    const std::string_view line = trimmed(whole);
    if (line.starts_with('[')) {
      section = parse_section(line);
      written = false;
      continue;
    }
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string key = lower(trimmed(line.substr(0, equals)));
    const std::string_view value = trimmed(line.substr(equals + 1));
    if (!is_kept(section, key, value)) continue;
    if (!written) {
      made += "[" + section.name;
      if (!section.subsection.empty()) made += " \"" + section.subsection + "\"";
      made += "]\n";
      written = true;
    }
    made.append("\t").append(key).append(" = ").append(value).append("\n");
  }
  return made;
}

}  // namespace coditect::unpack
