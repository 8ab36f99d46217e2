#include "app/embedding_config.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace coditect::app {
namespace {

Result<EmbeddingConfig> read(std::string_view text) {
  return parse_embeddings("coditect.toml", toml::parse(text));
}

TEST(EmbeddingConfig, TakesAll) {
  const auto config = read(
      "base_url = \"http://localhost:1/v1\"\nmodel = \"m\"\napi_key_env = \"KEY\"\n"
      "dimensions = 256\nusd_per_million_tokens = 0.02");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->base_url, "http://localhost:1/v1");
  EXPECT_EQ(config->model, "m");
  EXPECT_EQ(config->dimensions, 256);
  EXPECT_EQ(config->token_price, 20);
  const Environment environment(Environment::Variables{{"KEY", "secret"}});
  EXPECT_EQ(*embeddings_key(*config, environment), "secret");
  EXPECT_EQ(*embeddings_key(*config, Environment()), "");
}

TEST(EmbeddingConfig, RefusesWithTheLine) {
  const std::string good = "base_url = \"http://a/v1\"\nmodel = \"m\"\n";
  const std::string cases[] = {"model = \"m\"",
                               "base_url = \"http://a/v1\"",
                               good + "key = \"sk-1\"",
                               good + "dimensions = 0",
                               good + "dimensions = 1e3",
                               good + "usd_per_million_tokens = -1",
                               good + "usd_per_million_tokens = \"free\"",
                               good + "api_key_env = \"A\"\napi_key_file = \"b\"",
                               "base_url = 1\nmodel = \"m\""};
  for (const std::string& text : cases) {
    const auto config = read(text);
    ASSERT_FALSE(config) << text;
    EXPECT_NE(config.error().message.find("coditect.toml:"), std::string::npos) << text;
  }
}

TEST(EmbeddingConfig, AKeyFileIsItsOwnersAlone) {
  std::string folder = (std::filesystem::temp_directory_path() / "key_XXXXXX").string();
  const std::filesystem::path file = std::filesystem::path(::mkdtemp(folder.data())) / "key";
  std::ofstream(file) << "secret\n";
  EmbeddingConfig config;
  config.api_key_file = file;
  using std::filesystem::perms;
  std::filesystem::permissions(file, perms::owner_read | perms::group_read);
  EXPECT_FALSE(embeddings_key(config, Environment()));
  std::filesystem::permissions(file, perms::owner_read);
  EXPECT_EQ(*embeddings_key(config, Environment()), "secret");
  std::filesystem::remove_all(file.parent_path());
  EXPECT_FALSE(embeddings_key(config, Environment()));
}

}  // namespace
}  // namespace coditect::app
