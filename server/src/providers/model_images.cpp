#include "providers/model_images.h"

#include <algorithm>

namespace coditect::providers {

namespace {

/// What the names of models begin with that take text alone. Kimi sees from K2.5 on, whose names
/// have a dot there.
constexpr std::string_view kTextAlone[] = {"kimi-k2-", "moonshot-v1-"};

}  // namespace

bool takes_images(std::string_view model) {
  if (model.contains("vision")) return true;
  return std::ranges::none_of(kTextAlone,
                              [model](std::string_view begin) { return model.starts_with(begin); });
}

}  // namespace coditect::providers
