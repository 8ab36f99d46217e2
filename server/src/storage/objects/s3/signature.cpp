#include "storage/objects/s3/signature.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

#include "base/hex.h"
#include "base/sha256.h"
#include "storage/objects/http/encoding.h"

namespace coditect::objects {

namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

std::string hmac(std::string_view key, std::string_view text) {
  std::string mac(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(),
       reinterpret_cast<unsigned char*>(mac.data()), &size);
  mac.resize(size);
  return mac;
}

/// Trimmed, with each run of spaces as one.
std::string canonical_value(std::string_view value) {
  std::string out;
  for (const char c : value) {
    const bool space = c == ' ' || c == '\t';
    if (space && (out.empty() || out.back() == ' ')) continue;
    out += space ? ' ' : c;
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

/// Names in lower case, in order; the values of one name are joined.
std::map<std::string, std::string> canonical_headers(const net_client::Headers& headers) {
  std::map<std::string, std::string> canonical;
  for (const net_client::Header& header : headers) {
    std::string name = header.name;
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    std::string value = canonical_value(header.value);
    const auto [at, added] = canonical.try_emplace(std::move(name), value);
    if (!added) at->second += "," + value;
  }
  return canonical;
}

}  // namespace

std::string canonical_query(const QueryParameters& query) {
  std::vector<std::pair<std::string, std::string>> escaped;
  for (const auto& [name, value] : query) {
    escaped.emplace_back(percent_encode(name), percent_encode(value));
  }
  std::ranges::sort(escaped);
  std::string text;
  for (const auto& [name, value] : escaped) {
    if (!text.empty()) text += '&';
    text += name + "=" + value;
  }
  return text;
}

std::string signing_time(Time now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  const auto day = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(seconds - day);
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%04d%02u%02uT%02d%02d%02dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  return text.data();
}

std::string authorization(const SignedParts& parts, const S3Credentials& credentials,
                          const SigningScope& scope, Time now) {
  std::string lines;
  std::string names;
  for (const auto& [name, value] : canonical_headers(parts.headers)) {
    lines += name + ":" + value + "\n";
    names += (names.empty() ? "" : ";") + name;
  }
  const std::string request = parts.method + "\n" + parts.path + "\n" +
                              canonical_query(parts.query) + "\n" + lines + "\n" + names + "\n" +
                              parts.payload_sha256;
  const std::string time = signing_time(now);
  const std::string date = time.substr(0, 8);
  const std::string place = date + "/" + scope.region + "/" + scope.service + "/aws4_request";
  const std::string text =
      std::string(kAlgorithm) + "\n" + time + "\n" + place + "\n" + sha256_hex(request);

  std::string key = hmac("AWS4" + credentials.secret_key, date);
  key = hmac(key, scope.region);
  key = hmac(key, scope.service);
  key = hmac(key, "aws4_request");
  const std::string mac = hmac(key, text);
  const std::string signature =
      to_hex({reinterpret_cast<const unsigned char*>(mac.data()), mac.size()});
  return std::string(kAlgorithm) + " Credential=" + credentials.access_key + "/" + place +
         ",SignedHeaders=" + names + ",Signature=" + signature;
}

}  // namespace coditect::objects
