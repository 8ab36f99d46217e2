#include "agents/images.h"

#include <memory>
#include <utility>

#include "base/base64.h"

namespace coditect::agents {

namespace {

awaitable<Result<void>> fetch(AgentHost& host, const tools::Caller& caller,
                              providers::ImageBlock& image) {
  auto bytes = co_await host.image(caller, image.hash);
  if (!bytes) co_return std::move(bytes).error().in("a picture of the task");
  image.base64 = std::make_shared<const std::string>(to_base64(*bytes));
  co_return Result<void>{};
}

}  // namespace

awaitable<Result<std::vector<providers::ImageBlock>>> fetch_images(AgentHost& host,
                                                                   tools::Caller caller,
                                                                   std::vector<ImageRef> images) {
  std::vector<providers::ImageBlock> fetched;
  for (ImageRef& image : images) {
    fetched.push_back({std::move(image.hash), std::move(image.media_type)});
    CO_TRY_VOID(co_await fetch(host, caller, fetched.back()));
  }
  co_return fetched;
}

awaitable<Result<void>> fetch_images(AgentHost& host, tools::Caller caller,
                                     std::vector<providers::Turn>& turns) {
  for (providers::Turn& turn : turns) {
    for (providers::Block& block : turn.blocks) {
      auto* image = std::get_if<providers::ImageBlock>(&block);
      if (image == nullptr || image->base64 != nullptr) continue;
      CO_TRY_VOID(co_await fetch(host, caller, *image));
    }
  }
  co_return Result<void>{};
}

}  // namespace coditect::agents
