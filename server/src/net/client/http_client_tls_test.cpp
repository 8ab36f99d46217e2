// TLS against a certificate made for the test: trusted only where the test says so, and only for
// the host that it names.
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl.hpp>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

#include "net/client/http_client.h"
#include "net/client/testing/scripted_server.h"

namespace coditect::net_client {
namespace {

using Kind = HttpError::Kind;
using std::chrono::seconds;
using Socket = ScriptedServer::Socket;

struct Certificate {
  std::string certificate_pem;
  std::string key_pem;
};

std::string text_of(BIO* memory) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(memory, &data);
  return {data, static_cast<std::size_t>(size)};
}

/// A certificate for `name` ("IP:127.0.0.1", "DNS:example.com"), signed by its own key.
Certificate make_certificate(const char* name) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> x509(X509_new(), X509_free);
  X509_set_version(x509.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x509.get()), 3600);
  X509_set_pubkey(x509.get(), key.get());
  X509_NAME* subject = X509_get_subject_name(x509.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  X509_set_issuer_name(x509.get(), subject);
  X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, name);
  X509_add_ext(x509.get(), names, -1);
  X509_EXTENSION_free(names);
  X509_sign(x509.get(), key.get(), EVP_sha256());

  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
  const std::unique_ptr<BIO, decltype(&BIO_free)> out_key(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_X509(out.get(), x509.get());
  PEM_write_bio_PrivateKey(out_key.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return {text_of(out.get()), text_of(out_key.get())};
}

/// Serves one TLS connection: shakes hands, reads a request, answers "secure".
ScriptedServer::Script serve(const Certificate& certificate) {
  return [certificate](Socket& socket) {
    asio::ssl::context context(asio::ssl::context::tls_server);
    context.use_certificate(asio::buffer(certificate.certificate_pem), asio::ssl::context::pem);
    context.use_private_key(asio::buffer(certificate.key_pem), asio::ssl::context::pem);
    asio::ssl::stream<Socket&> stream(socket, context);
    boost::system::error_code error;  // a client that refuses the certificate hangs up here
    stream.handshake(asio::ssl::stream_base::server, error);
    if (error) return;
    std::string request;
    asio::read_until(stream, asio::dynamic_buffer(request), "{}", error);
    const std::string answer = kStreamHead + chunk("secure") + kLastChunk;
    asio::write(stream, asio::buffer(answer), error);
  };
}

struct Outcome {
  std::string body;
  std::optional<HttpError> error;
};

Outcome ask(const ScriptedServer& server, std::string trusted, std::optional<Proxy> proxy,
            const char* host) {
  HttpClientOptions options{.times = {seconds{20}, seconds{20}, seconds{20}},
                            .body_bytes_max = 1000};
  const std::string port = server.url().substr(server.url().rfind(':') + 1);
  options.base = *parse_base_url("https://" + std::string(host) + ":" + port);
  options.trusted_certificates = std::move(trusted);
  options.proxy = std::move(proxy);
  const auto client = make_http_client(std::move(options));
  Outcome outcome;
  asio::io_context io;
  auto story = [&]() -> awaitable<void> {
    HttpRequest request{.method = "POST", .target = "/", .body = "{}"};
    auto response = co_await (*client)->send(std::move(request), {});
    if (!response) {
      outcome.error = response.error();
      co_return;
    }
    auto bytes = co_await (*response)->read();
    outcome.body = bytes.value_or("");
  };
  asio::co_spawn(make_strand(io.get_executor()), story(), [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
  io.run();
  return outcome;
}

TEST(HttpClientTls, ATrustedCertificateOfTheRightHost) {
  const Certificate certificate = make_certificate("IP:127.0.0.1");
  ScriptedServer server({serve(certificate)});
  const Outcome outcome = ask(server, certificate.certificate_pem, {}, "127.0.0.1");
  EXPECT_EQ(outcome.body, "secure") << outcome.error.value_or(HttpError{}).message;
}

TEST(HttpClientTls, ACertificateNobodyTrusts) {
  ScriptedServer server({serve(make_certificate("IP:127.0.0.1"))});
  const Outcome outcome = ask(server, "", {}, "127.0.0.1");
  ASSERT_TRUE(outcome.error.has_value());
  EXPECT_EQ(outcome.error->kind, Kind::kTls);
}

TEST(HttpClientTls, ACertificateOfAnotherHost) {
  const Certificate certificate = make_certificate("DNS:example.com");
  ScriptedServer server({serve(certificate)});
  const Outcome outcome = ask(server, certificate.certificate_pem, {}, "127.0.0.1");
  ASSERT_TRUE(outcome.error.has_value());
  EXPECT_EQ(outcome.error->kind, Kind::kTls);
}

TEST(HttpClientTls, AServerThatSpeaksNoTls) {
  ScriptedServer server({[](Socket& socket) {
    ScriptedServer::write(socket, "HTTP/1.1 400 Bad Request\r\n\r\n");
    ScriptedServer::await_close(socket);
  }});
  const Outcome outcome = ask(server, "", {}, "127.0.0.1");
  ASSERT_TRUE(outcome.error.has_value());
  EXPECT_EQ(outcome.error->kind, Kind::kConnect);
}

TEST(HttpClientTls, ThroughAProxyByConnect) {
  const Certificate certificate = make_certificate("DNS:model.example");
  std::string connect;
  ScriptedServer server({[&](Socket& socket) {
    connect = ScriptedServer::read_request(socket);
    ScriptedServer::write(socket, "HTTP/1.1 200 Connection established\r\n\r\n");
    serve(certificate)(socket);
  }});
  const std::string port = server.url().substr(server.url().rfind(':') + 1);
  const Proxy proxy{"127.0.0.1", port, "Basic eDp5"};
  const Outcome outcome = ask(server, certificate.certificate_pem, proxy, "model.example");
  EXPECT_EQ(outcome.body, "secure") << outcome.error.value_or(HttpError{}).message;
  EXPECT_TRUE(connect.starts_with("CONNECT model.example:" + port + " HTTP/1.1\r\n")) << connect;
  EXPECT_TRUE(connect.contains("Proxy-Authorization: Basic eDp5\r\n")) << connect;
}

TEST(HttpClientTls, AProxyThatRefuses) {
  ScriptedServer server({[](Socket& socket) {
    ScriptedServer::read_request(socket);
    ScriptedServer::write(socket, "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
  }});
  const std::string port = server.url().substr(server.url().rfind(':') + 1);
  const Outcome outcome = ask(server, "", Proxy{"127.0.0.1", port, ""}, "model.example");
  ASSERT_TRUE(outcome.error.has_value());
  EXPECT_EQ(outcome.error->kind, Kind::kProxy);
}

}  // namespace
}  // namespace coditect::net_client
