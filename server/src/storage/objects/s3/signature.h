#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "net/client/http_message.h"

/// AWS Signature Version 4, as text, without a network.
namespace coditect::objects {

struct S3Credentials {
  std::string access_key;
  std::string secret_key;
  std::string session_token = {};  ///< "" for keys that last
};

/// Where a signature holds: {"eu-central-1", "s3"}.
struct SigningScope {
  std::string region;
  std::string service = "s3";
};

using QueryParameters = std::vector<std::pair<std::string, std::string>>;  ///< not escaped

/// What is signed. Headers are those that must arrive unchanged, "host" among them.
struct SignedParts {
  std::string method;
  std::string path;  ///< escaped, as sent
  QueryParameters query;
  net_client::Headers headers;
  std::string payload_sha256;  ///< hex
};

/// The query as it is signed and sent: escaped, in order of names.
std::string canonical_query(const QueryParameters& query);
/// "20130524T000000Z".
std::string signing_time(Time now);
/// The value of the Authorization header. `now` is the time of the x-amz-date header in `parts`.
std::string authorization(const SignedParts& parts, const S3Credentials& credentials,
                          const SigningScope& scope, Time now);

}  // namespace coditect::objects
