#include "app/verify/remote_check.h"

#include "app/client/event_feed.h"

namespace coditect::app {

Result<archive::Head> check_remote_log(const Client& client, const std::string& workspace) {
  TRY(const std::unique_ptr<EventFeed> feed, EventFeed::open(client, workspace, Sequence{0}));
  const Sequence end = feed->head();
  archive::Head head;
  while (head.seq < end) {
    TRY(const FeedEvent event, feed->next());
    auto next = archive::follow(head, event.line);
    if (!next) {
      return internal("the log of " + workspace + " is damaged: " + next.error().message,
                      "stop the server and run `coditect verify` on its data folder");
    }
    head = *std::move(next);
  }
  return head;
}

}  // namespace coditect::app
