#include "storage/objects/gcs/service_account.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

#include "base/json.h"
#include "storage/objects/http/encoding.h"

namespace coditect::objects {

namespace {

constexpr std::string_view kScope = "https://www.googleapis.com/auth/devstorage.read_write";
constexpr std::chrono::seconds kAssertionTime{3600};  // the longest that Google accepts

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Error no_key() {
  return invalid("the service account's key is not usable",
                 "give the JSON file that Google Cloud's console makes for a service account");
}

/// A token endpoint sees a secret, so it is encrypted or on this machine.
bool may_see_secrets(const net_client::BaseUrl& url) {
  return url.scheme == net_client::Scheme::kHttps || url.host == "127.0.0.1" ||
         url.host == "localhost" || url.host == "::1";
}

Key read_key(const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  // No callback may ask a terminal for a passphrase.
  const auto no_passphrase = [](char*, int, int, void*) { return 0; };
  return {PEM_read_bio_PrivateKey(memory.get(), nullptr, no_passphrase, nullptr), EVP_PKEY_free};
}

Result<std::string> sign(const std::string& pem, std::string_view text) {
  const Key key = read_key(pem);
  if (!key || EVP_PKEY_base_id(key.get()) != EVP_PKEY_RSA) return no_key();
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) != 1) {
    return no_key();
  }
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     bytes, text.size()) != 1) {
    return no_key();
  }
  signature.resize(size);
  return signature;
}

}  // namespace

Result<ServiceAccount> parse_service_account(std::string_view key_file) {
  const auto file = parse_json_object(key_file);
  if (!file || find_string(*file, "type") != "service_account") return no_key();
  const auto email = find_string(*file, "client_email");
  const auto pem = find_string(*file, "private_key");
  if (!email || email->empty() || !pem || !read_key(*pem)) return no_key();
  const auto url = net_client::parse_base_url(
      find_string(*file, "token_uri").value_or("https://oauth2.googleapis.com/token"));
  if (!url || !may_see_secrets(*url)) return no_key();
  return ServiceAccount{*email, find_string(*file, "private_key_id").value_or(""), *pem, *url};
}

Result<std::string> signed_assertion(const ServiceAccount& account, Time now) {
  json::object header{{"alg", "RS256"}, {"typ", "JWT"}};
  if (!account.key_id.empty()) header["kid"] = account.key_id;
  const auto issued = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch());
  const std::string scheme =
      account.token_url.scheme == net_client::Scheme::kHttps ? "https://" : "http://";
  const json::object claims{
      {"iss", account.email},
      {"scope", kScope},
      {"aud", scheme + account.token_url.host_header() + account.token_url.prefix},
      {"iat", issued.count()},
      {"exp", (issued + kAssertionTime).count()}};
  const std::string text =
      base64_url(json::serialize(header)) + "." + base64_url(json::serialize(claims));
  TRY(const std::string signature, sign(account.private_key_pem, text));
  return text + "." + base64_url(signature);
}

}  // namespace coditect::objects
