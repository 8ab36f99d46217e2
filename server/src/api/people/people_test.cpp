#include "api/people/people.h"

#include <gtest/gtest.h>

#include "api/people/attempts.h"
#include "api/people/people_limits.h"
#include "base/posix_file.h"
#include "storage/archive/archive_test_support.h"

namespace coditect::api {
namespace {

class PeopleTest : public testing::Test {
 protected:
  std::unique_ptr<People> open() {
    return *People::open({file_, {"owner", "claude"}}, clock_, random_);
  }
  People::Made invite(People& people, int uses = 1) {
    return *people.invite({Role::kEditor, {}, std::chrono::seconds(60), uses, "user:owner"});
  }

  archive::TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_.path() / "people.json";
  ManualClock clock_;
  SystemRandom random_;
};

TEST_F(PeopleTest, AnInvitationEndsWithItsUsesOrItsTime) {
  const auto people = open();
  const auto made = invite(*people, 2);
  EXPECT_TRUE(people->join(made.secret, "ann"));
  EXPECT_TRUE(people->join(made.secret, "bob"));
  EXPECT_EQ(people->join(made.secret, "cat").error().code, Errc::kNotFound);
  const auto late = invite(*people);
  EXPECT_TRUE(people->look(late.secret));
  clock_.advance(std::chrono::seconds(61));
  EXPECT_EQ(people->look(late.secret).error().code, Errc::kNotFound);
  EXPECT_EQ(people->join(late.secret, "cat").error().code, Errc::kNotFound);
  EXPECT_TRUE(people->invitations().empty());
}

TEST_F(PeopleTest, ARefusedNameUsesNothingUp) {
  const auto people = open();
  const auto made = invite(*people);
  EXPECT_EQ(people->join(made.secret, "Claude").error().code, Errc::kConflict);
  EXPECT_EQ(people->join(made.secret, "no name").error().code, Errc::kInvalid);
  EXPECT_TRUE(people->join(made.secret, "ann"));
}

TEST_F(PeopleTest, EverythingIsThereAfterARestart) {
  std::string secret, id;
  {
    const auto people = open();
    id = people->join(invite(*people).secret, "ann")->id;
    const std::string gone = people->join(invite(*people).secret, "bob")->id;
    EXPECT_TRUE(people->remove(gone));
    EXPECT_FALSE(people->find(gone));
    secret = invite(*people).secret;
  }
  const auto people = open();
  ASSERT_EQ(people->people().size(), 1u);
  EXPECT_EQ(people->find(id)->name, "ann");
  EXPECT_EQ(people->find(id)->role, Role::kEditor);
  EXPECT_EQ(people->join(secret, "BOB").error().code, Errc::kConflict) << "removed, not forgotten";
  EXPECT_TRUE(people->join(secret, "cat"));
}

TEST_F(PeopleTest, OfTwoOwnersWhoDemoteEachOtherOneIsLeft) {
  const auto people = open();
  const auto owner = [&](const char* name) {
    const auto made =
        *people->invite({Role::kOwner, {}, std::chrono::seconds(60), 1, "user:owner"});
    const Person person = *people->join(made.secret, name);
    return Caller{"user:" + person.name, person.role, person.id, {}, 0};
  };
  const Caller ann = owner("ann"), bob = owner("bob");
  // Both were owners when they asked.
  EXPECT_TRUE(people->give_role(ann.person, Role::kViewer, bob));
  EXPECT_EQ(people->give_role(bob.person, Role::kViewer, ann).error().code, Errc::kDenied);
  EXPECT_EQ(people->give_role(bob.person, Role::kViewer, bob).error().code, Errc::kDenied);
  EXPECT_EQ(people->find(bob.person)->role, Role::kOwner);
  EXPECT_TRUE(people->give_role(ann.person, Role::kOwner, bob));
  clock_.advance(std::chrono::seconds(5));
  EXPECT_TRUE(people->give_role(bob.person, Role::kEditor, ann));
  const auto again = open();
  EXPECT_EQ(again->find(bob.person)->role, Role::kEditor);
  EXPECT_EQ(again->find(bob.person)->role_by, "user:ann");
  EXPECT_EQ(again->find(bob.person)->role_at, clock_.now());
}

TEST_F(PeopleTest, ADamagedFileIsNotTakenForAnEmptyOne) {
  for (const char* text : {"", "{}", R"({"form":2,"people":[],"invitations":[]})",
                           R"({"form":1,"people":[{"id":"p"}],"invitations":[]})",
                           R"({"form":1,"people":[1],"invitations":[]})"}) {
    ASSERT_TRUE(write_file_atomically(file_, text));
    const auto opened = People::open({file_, {}}, clock_, random_);
    ASSERT_FALSE(opened) << text;
    EXPECT_NE(opened.error().message.find("people.json"), std::string::npos);
  }
}

TEST_F(PeopleTest, OpenInvitationsAreLimited) {
  const auto people = open();
  for (std::size_t at = 0; at < limits::kInvitationsMax; ++at) invite(*people);
  const auto refused =
      people->invite({Role::kViewer, {}, std::chrono::seconds(60), 1, "user:owner"});
  EXPECT_EQ(refused.error().code, Errc::kLimit);
  clock_.advance(std::chrono::seconds(61));
  invite(*people);
}

TEST(Attempts, AreOverForAMinuteAndForOneAddress) {
  ManualClock clock;
  Attempts attempts(clock);
  for (int at = 0; at < limits::kJoinFailuresMax; ++at) {
    EXPECT_FALSE(attempts.is_over("1.2.3.4"));
    attempts.failed("1.2.3.4");
  }
  EXPECT_TRUE(attempts.is_over("1.2.3.4"));
  EXPECT_FALSE(attempts.is_over("1.2.3.5"));
  clock.advance(std::chrono::seconds(60));
  EXPECT_FALSE(attempts.is_over("1.2.3.4"));
}

}  // namespace
}  // namespace coditect::api
