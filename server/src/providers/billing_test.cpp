// After which failures more may be billed than was seen.
#include <gtest/gtest.h>

#include "providers/wire/failure.h"
#include "providers/wire/http_client.h"

namespace coditect::providers {
namespace {

TEST(MayBeBilled, NotWhatNeverReachedTheVendor) {
  using Kind = net_client::HttpError::Kind;
  const struct {
    Kind kind;
    bool may_be_billed;
  } cases[] = {{Kind::kConnect, false}, {Kind::kProxy, false}, {Kind::kTls, false},
               {Kind::kTimeout, true},  {Kind::kCut, true},    {Kind::kMalformed, true},
               {Kind::kCancelled, true}};
  for (const auto& c : cases) {
    const ProviderError error = to_provider_error({c.kind, "it failed"});
    EXPECT_EQ(error.may_be_billed(), c.may_be_billed) << static_cast<int>(c.kind);
  }
}

TEST(MayBeBilled, NotWhatTheVendorRefused) {
  const struct {
    int status;
    bool may_be_billed;
  } cases[] = {{400, false}, {401, false}, {402, false}, {408, true}, {413, false},
               {429, false}, {500, false}, {503, false}, {504, true}, {529, false}};
  for (const auto& c : cases) {
    const HttpFailure failure{c.status, {}, {}, {}};
    const ProviderError error = failed(failure, kind_of_status(c.status), "", "no");
    EXPECT_EQ(error.may_be_billed(), c.may_be_billed) << c.status;
  }
  // An error event inside a stream that had begun has no status.
  const ProviderError inside = failed(HttpFailure{}, ProviderError::Kind::kOverloaded, "", "no");
  EXPECT_TRUE(inside.may_be_billed());
}

}  // namespace
}  // namespace coditect::providers
