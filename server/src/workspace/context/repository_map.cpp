#include "workspace/context/repository_map.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

#include "storage/databases/language.h"

namespace coditect::workspace {

namespace {

constexpr std::size_t kAllPathsBytesMax = 2'500;
constexpr std::size_t kLanguagesShown = 6;
constexpr std::size_t kBuildFilesShown = 10;
constexpr std::size_t kTopFilesShown = 25;
constexpr std::size_t kChangedShown = 8;
constexpr std::size_t kFoldersDeep = 3;
constexpr std::size_t kPathShownBytesMax = 160;  // a longer path is left out

constexpr std::array<std::string_view, 20> kBuildFiles{
    "BUILD.bazel",    "CMakeLists.txt",   "Cargo.toml",   "Dockerfile",       "Gemfile",
    "Makefile",       "Package.swift",    "build.gradle", "build.gradle.kts", "composer.json",
    "go.mod",         "meson.build",      "mix.exs",      "package.json",     "pom.xml",
    "pyproject.toml", "requirements.txt", "setup.py",     "tsconfig.json",    "vite.config.ts"};

/// A name with how many files it stands for.
using Counted = std::pair<std::string, std::size_t>;
using Counts = std::map<std::string, std::size_t, std::less<>>;

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::size_t depth_of(std::string_view path) {
  return static_cast<std::size_t>(std::ranges::count(path, '/'));
}

/// Most files first; of equally many, in order of name.
std::vector<Counted> by_count(const Counts& counts) {
  std::vector<Counted> sorted(counts.begin(), counts.end());
  std::ranges::sort(sorted, {}, [](const Counted& each) {
    return std::tuple(-static_cast<std::int64_t>(each.second), each.first);
  });
  return sorted;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// What is counted in one walk over the files.
struct Survey {
  Counts languages;
  Counts folders;  ///< "a/b/" with all files below, at most kFoldersDeep deep
  std::vector<std::string> build_files;
  std::vector<std::string> top_files;
  std::size_t path_bytes = 0;
};

Survey survey_of(const FileIndex::Files& files) {
  Survey survey;
  for (const auto& [path, info] : files) {
    survey.path_bytes += path.size() + 1;
    ++survey.languages[std::string(databases::language_of(path))];
    if (std::ranges::binary_search(kBuildFiles, name_of(path))) survey.build_files.push_back(path);
    std::size_t slash = path.find('/');
    if (slash == std::string::npos) survey.top_files.push_back(path);
    for (std::size_t deep = 0; slash != std::string::npos && deep < kFoldersDeep; ++deep) {
      const auto folder = std::string_view(path).substr(0, slash + 1);
      const auto place = survey.folders.find(folder);
      if (place != survey.folders.end()) ++place->second;
      if (place == survey.folders.end()) survey.folders.emplace(folder, 1);
      slash = path.find('/', slash + 1);
    }
  }
  return survey;
}

std::string head_of(Survey& survey, std::size_t files) {
  std::vector<std::string> languages;
  for (const auto& [name, count] : by_count(survey.languages)) {
    if (languages.size() == kLanguagesShown) break;
    languages.push_back(name + " " + std::to_string(count));
  }
  std::string text =
      "The project has " + std::to_string(files) + " files: " + joined(languages) + ".\n";
  std::ranges::sort(survey.build_files, {},
                    [](const std::string& path) { return std::pair(depth_of(path), path); });
  if (survey.build_files.size() > kBuildFilesShown) survey.build_files.resize(kBuildFilesShown);
  std::erase_if(survey.build_files,
                [](const std::string& path) { return path.size() > kPathShownBytesMax; });
  if (!survey.build_files.empty()) text += "Build files: " + joined(survey.build_files) + "\n";
  return text;
}

/// Folders that fit into `room` bytes, the shallow and the large ones first, in order of path.
std::string folders_of(const Survey& survey, std::size_t room) {
  std::vector<Counted> folders(survey.folders.begin(), survey.folders.end());
  std::ranges::sort(folders, {}, [](const Counted& each) {
    return std::tuple(depth_of(each.first), -static_cast<std::int64_t>(each.second), each.first);
  });
  std::map<std::string, std::size_t> shown;
  bool left_out = false;
  for (const auto& [path, count] : folders) {
    const std::size_t bytes = path.size() + std::to_string(count).size() + 2;
    if (bytes > room) {
      left_out = true;
      continue;
    }
    room -= bytes;
    shown.emplace(path, count);
  }
  std::string text;
  for (const auto& [path, count] : shown) text += path + " " + std::to_string(count) + "\n";
  if (left_out) text += "(and others)\n";
  return text;
}

}  // namespace

std::string repository_map(const FileIndex::Files& files) {
  if (files.empty()) return {};
  Survey survey = survey_of(files);
  std::string text = head_of(survey, files.size());
  if (survey.path_bytes <= kAllPathsBytesMax) {
    text += "All of them:\n";
    for (const auto& [path, info] : files) text += path + "\n";
    return text;
  }
  const bool more = survey.top_files.size() > kTopFilesShown;
  if (more) survey.top_files.resize(kTopFilesShown);
  std::erase_if(survey.top_files,
                [](const std::string& path) { return path.size() > kPathShownBytesMax / 2; });
  if (!survey.top_files.empty()) {
    text += "At the top: " + joined(survey.top_files) + (more ? ", and more" : "") + "\n";
  }
  text += "Folders, with the files below them:\n";
  constexpr std::size_t kRest = 20;  // "(and others)"
  const std::size_t used = text.size() + kRest;
  text += folders_of(survey, kRepositoryMapBytesMax - std::min(kRepositoryMapBytesMax, used));
  return text;
}

std::string most_changed(const std::vector<ChangedPath>& changes) {
  // Of equally often changed ones the newest first.
  std::multimap<std::size_t, const ChangedPath*, std::greater<>> sorted;
  for (const ChangedPath& each : changes) sorted.emplace(each.times, &each);
  std::vector<std::string> shown;
  for (const auto& [times, changed] : sorted) {
    const ChangedPath& each = *changed;
    if (shown.size() == kChangedShown) break;
    if (each.path.size() > kPathShownBytesMax) continue;
    shown.push_back(each.path + " (" + std::to_string(each.times) + ")");
  }
  return shown.empty() ? "" : "Changed most lately: " + joined(shown) + "\n";
}

}  // namespace coditect::workspace
