#include "registry/templates.h"

namespace coditect::registry {

namespace {

constexpr std::string_view kNotesReadme = R"(# Notes

A folder of Markdown. Ask an agent to outline, summarise or link what is here.
)";

constexpr std::string_view kWebReadme = R"(# A small web page

`index.html` is the page, `style.css` how it looks, `main.js` what it does. Open `index.html` in a
browser; there is nothing to build.
)";

constexpr std::string_view kWebPage = R"(<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Counter</title>
    <link rel="stylesheet" href="style.css" />
  </head>
  <body>
    <main>
      <h1>Counter</h1>
      <p><output id="count">0</output></p>
      <button id="add" type="button">Add one</button>
    </main>
    <script src="main.js" type="module"></script>
  </body>
</html>
)";

constexpr std::string_view kWebStyle = R"(body {
  font-family: system-ui, sans-serif;
  display: grid;
  place-items: center;
  min-height: 100vh;
  margin: 0;
}
)";

constexpr std::string_view kWebScript = R"(const count = document.querySelector('#count');
let value = 0;

document.querySelector('#add').addEventListener('click', () => {
  value += 1;
  count.textContent = String(value);
});
)";

constexpr std::string_view kCppReadme = R"(# Word count

Counts the words of standard input.

    cmake -B build && cmake --build build && ctest --test-dir build
)";

constexpr std::string_view kCppBuild = R"(cmake_minimum_required(VERSION 3.20)
project(word_count LANGUAGES CXX)
set(CMAKE_CXX_STANDARD 20)

add_library(words words.cpp)
add_executable(word_count main.cpp)
target_link_libraries(word_count PRIVATE words)

enable_testing()
add_executable(words_test words_test.cpp)
target_link_libraries(words_test PRIVATE words)
add_test(NAME words COMMAND words_test)
)";

constexpr std::string_view kCppHeader = R"(#pragma once

#include <cstddef>
#include <string_view>

/// The number of words in `text`, separated by white space.
std::size_t count_words(std::string_view text);
)";

constexpr std::string_view kCppSource = R"(#include "words.h"

#include <cctype>

std::size_t count_words(std::string_view text) {
  std::size_t words = 0;
  bool inside = false;
  for (unsigned char c : text) {
    const bool space = std::isspace(c) != 0;
    if (!space && !inside) ++words;
    inside = !space;
  }
  return words;
}
)";

constexpr std::string_view kCppMain = R"(#include <iostream>
#include <iterator>
#include <string>

#include "words.h"

int main() {
  const std::string text(std::istreambuf_iterator<char>(std::cin), {});
  std::cout << count_words(text) << '\n';
}
)";

constexpr std::string_view kCppTest = R"(#include <cstdlib>
#include <iostream>

#include "words.h"

int main() {
  const struct {
    const char* text;
    std::size_t words;
  } cases[] = {{"", 0}, {"one", 1}, {" two  words ", 2}, {"a\nb\tc", 3}};
  for (const auto& c : cases) {
    if (count_words(c.text) != c.words) {
      std::cerr << "wrong for '" << c.text << "'\n";
      return EXIT_FAILURE;
    }
  }
}
)";

const std::vector<Template>& templates() {
  static const std::vector<Template> all = {
      {"cpp",
       {{"README.md", kCppReadme},
        {"CMakeLists.txt", kCppBuild},
        {"words.h", kCppHeader},
        {"words.cpp", kCppSource},
        {"main.cpp", kCppMain},
        {"words_test.cpp", kCppTest}}},
      {"notes", {{"README.md", kNotesReadme}}},
      {"web",
       {{"README.md", kWebReadme},
        {"index.html", kWebPage},
        {"style.css", kWebStyle},
        {"main.js", kWebScript}}},
  };
  return all;
}

}  // namespace

const Template* find_template(std::string_view name) {
  for (const Template& candidate : templates()) {
    if (candidate.name == name) return &candidate;
  }
  return nullptr;
}

std::string template_names() {
  std::string names;
  for (const Template& each : templates()) {
    if (!names.empty()) names += ", ";
    names += each.name;
  }
  return names;
}

}  // namespace coditect::registry
