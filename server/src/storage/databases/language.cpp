#include "storage/databases/language.h"

#include <algorithm>
#include <string>

namespace coditect::databases {

namespace {

struct Rule {
  std::string_view name;  // an extension in lower case, or a whole file name
  std::string_view language;
};

constexpr Rule kByExtension[] = {
    {"c", "C"},
    {"h", "C++"},
    {"cc", "C++"},
    {"cpp", "C++"},
    {"cxx", "C++"},
    {"hh", "C++"},
    {"hpp", "C++"},
    {"cs", "C#"},
    {"css", "CSS"},
    {"scss", "CSS"},
    {"less", "CSS"},
    {"csv", "CSV"},
    {"dart", "Dart"},
    {"ex", "Elixir"},
    {"exs", "Elixir"},
    {"go", "Go"},
    {"hs", "Haskell"},
    {"html", "HTML"},
    {"htm", "HTML"},
    {"java", "Java"},
    {"js", "JavaScript"},
    {"jsx", "JavaScript"},
    {"mjs", "JavaScript"},
    {"cjs", "JavaScript"},
    {"json", "JSON"},
    {"jsonl", "JSON"},
    {"kt", "Kotlin"},
    {"kts", "Kotlin"},
    {"lua", "Lua"},
    {"md", "Markdown"},
    {"mdx", "Markdown"},
    {"php", "PHP"},
    {"pl", "Perl"},
    {"proto", "Protobuf"},
    {"py", "Python"},
    {"pyi", "Python"},
    {"ipynb", "Jupyter"},
    {"r", "R"},
    {"rb", "Ruby"},
    {"rs", "Rust"},
    {"scala", "Scala"},
    {"sh", "Shell"},
    {"bash", "Shell"},
    {"zsh", "Shell"},
    {"sql", "SQL"},
    {"svelte", "Svelte"},
    {"swift", "Swift"},
    {"tf", "Terraform"},
    {"toml", "TOML"},
    {"ts", "TypeScript"},
    {"tsx", "TypeScript"},
    {"mts", "TypeScript"},
    {"txt", "Text"},
    {"vue", "Vue"},
    {"xml", "XML"},
    {"yaml", "YAML"},
    {"yml", "YAML"},
    {"zig", "Zig"},
    {"cmake", "CMake"},
    {"m", "Objective-C"},
    {"svg", "SVG"},
    {"gradle", "Gradle"},
    {"clj", "Clojure"},
    {"erl", "Erlang"},
    {"ml", "OCaml"},
    {"graphql", "GraphQL"},
    {"ini", "INI"},
    {"ps1", "PowerShell"},
};

constexpr Rule kByName[] = {
    {"CMakeLists.txt", "CMake"}, {"Dockerfile", "Docker"}, {"Makefile", "Make"},
    {"GNUmakefile", "Make"},     {"Gemfile", "Ruby"},      {"Rakefile", "Ruby"},
};

}  // namespace

std::string_view language_of(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  for (const Rule& rule : kByName) {
    if (rule.name == name) return rule.language;
  }
  const std::size_t dot = name.rfind('.');
  // ".profile" has no extension: the name begins with its dot.
  if (dot == std::string_view::npos || dot == 0) return "Other";
  std::string extension(name.substr(dot + 1));
  std::ranges::transform(extension, extension.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  for (const Rule& rule : kByExtension) {
    if (rule.name == extension) return rule.language;
  }
  return "Other";
}

}  // namespace coditect::databases
