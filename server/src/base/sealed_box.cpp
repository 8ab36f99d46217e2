#include "base/sealed_box.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <memory>

#include "base/check.h"

namespace coditect {

namespace {

constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kProofBytes = 16;

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)>;

Cipher make_cipher() {
  Cipher cipher(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  check(cipher != nullptr, "memory for a cipher");
  return cipher;
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
int size_of(std::string_view text) { return static_cast<int>(text.size()); }

}  // namespace

std::string seal(const SealKey& key, std::string_view text, std::string_view context) {
  std::string nonce(kNonceBytes, '\0'), hidden(text.size(), '\0'), proof(kProofBytes, '\0');
  check(RAND_bytes(bytes_of(nonce), kNonceBytes) == 1, "the system's random numbers");
  const Cipher cipher = make_cipher();
  int size = 0;
  check(EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(), bytes_of(nonce)) ==
        1);
  check(EVP_EncryptUpdate(cipher.get(), nullptr, &size, bytes_of(context), size_of(context)) == 1);
  check(EVP_EncryptUpdate(cipher.get(), bytes_of(hidden), &size, bytes_of(text), size_of(text)) ==
        1);
  unsigned char none[kProofBytes];
  check(EVP_EncryptFinal_ex(cipher.get(), none, &size) == 1 && size == 0);
  check(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kProofBytes, proof.data()) == 1);
  return nonce + hidden + proof;
}

Result<std::string> unseal(const SealKey& key, std::string_view sealed, std::string_view context) {
  const Error broken = invalid("what was sealed cannot be opened");
  if (sealed.size() < kNonceBytes + kProofBytes) return broken;
  const std::string_view nonce = sealed.substr(0, kNonceBytes);
  const std::string_view hidden =
      sealed.substr(kNonceBytes, sealed.size() - kNonceBytes - kProofBytes);
  std::string proof(sealed.substr(sealed.size() - kProofBytes));
  std::string text(hidden.size(), '\0');
  const Cipher cipher = make_cipher();
  int size = 0;
  check(EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(), bytes_of(nonce)) ==
        1);
  check(EVP_DecryptUpdate(cipher.get(), nullptr, &size, bytes_of(context), size_of(context)) == 1);
  check(EVP_DecryptUpdate(cipher.get(), bytes_of(text), &size, bytes_of(hidden), size_of(hidden)) ==
        1);
  check(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kProofBytes, proof.data()) == 1);
  unsigned char none[kProofBytes];
  if (EVP_DecryptFinal_ex(cipher.get(), none, &size) != 1) return broken;
  return text;
}

}  // namespace coditect
