#include "coordination/queue/task.h"

#include <gtest/gtest.h>

namespace coditect::queue {
namespace {

TEST(Task, KeepsItsPicturesInASnapshot) {
  Task task;
  task.id = TaskId{"t_1"};
  task.agent = "claude";
  task.prompt = "look";
  task.place = {1};
  task.images = {{"h1", "image/png", 300, 20, 10}, {"h2", "image/jpeg", 5, 1, 2}};
  const auto read = parse_task(*parse_json_object(json::serialize(task_json(task))));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->images, task.images);
  task.images.clear();
  EXPECT_FALSE(task_json(task).contains("images"));
}

}  // namespace
}  // namespace coditect::queue
