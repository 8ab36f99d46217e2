#include "api/rpc/images_param.h"

#include "base/base64.h"

namespace coditect::api {

namespace {

Result<std::vector<std::string>> pictures_param(const json::object& params) {
  std::vector<std::string> pictures;
  const json::array* all = find_array(params, "images");
  if (all == nullptr) return pictures;
  for (const json::value& each : *all) {
    const json::object* image = each.if_object();
    const auto base64 = image == nullptr ? std::nullopt : find_string(*image, "base64");
    if (!base64) return invalid("each of 'images' is an object with 'base64'");
    TRY(std::string bytes, from_base64(*base64));
    pictures.push_back(std::move(bytes));
  }
  return pictures;
}

}  // namespace

awaitable<Result<std::vector<ImageRef>>> keep_images(const MethodCall& call) {
  CO_TRY(std::vector<std::string> pictures, pictures_param(call.params));
  if (pictures.empty()) co_return std::vector<ImageRef>();
  CO_TRY_VOID(call.workspace.log().admit());
  co_return co_await call.workspace.images().keep(std::move(pictures));
}

}  // namespace coditect::api
