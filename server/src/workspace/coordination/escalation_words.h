#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "coordination/locks/escalation.h"

/// What people and agents are told about waits for locks that last too long.
namespace coditect::workspace {

/// To a lock's holder: who waits for it, and what to do.
std::string waiting_words(const locks::LongWait& wait, const locks::Lock& lock, Time now);
/// To a holder who has lost a lock.
std::string revoked_words(const locks::Lock& lock, const std::string& waiter,
                          const std::string& why);
/// Why a lock was taken away without a person.
std::string idle_words(const locks::LongWait& wait, const locks::Lock& lock, Time now);
/// Why a person is asked.
std::string asked_words(const locks::LongWait& wait, Time now);
/// What a person is asked about: {path, waited_s, locks:[{path, mode, token, holder, works,
/// idle_s}]}.
json::object question_input(const locks::LongWait& wait, const std::vector<locks::Lock>& locks,
                            Time now);
/// To an agent that is not to wait any longer: kLocked, whose locks, and what to do now.
Error refused_wait(const std::string& path, const std::vector<locks::Lock>& locks,
                   const std::string& by, const std::string& note);

}  // namespace coditect::workspace
