#include "storage/databases/projection.h"
#include "storage/databases/test_workspace.h"

namespace coditect::databases {
namespace {

using ProjectionTest = WorkspaceTest;
using enum DatabaseName;

TEST_F(ProjectionTest, SessionsAreStartedRenewedAndExpired) {
  happen("workspace_created", R"({"name":"w","source":{"kind":"empty"}})");
  happen("session_started", R"({"id":"s1","expires_at":"2026-01-01T08:00:00Z"})", "", "user:ann");
  happen("session_renewed", R"({"id":"s1","expires_at":"2026-01-01T09:00:00Z"})", "", "user:bob");
  happen("session_expired", R"({"id":"s1"})");
  EXPECT_EQ(rows(kSessions,
                 "SELECT id, actor, started_seq, expires_at, renewals, ended_seq"
                 " FROM sessions"),
            R"([["s1","user:ann",2,"2026-01-01T09:00:00Z",1,4]])");
  EXPECT_EQ(rows(kSessions, "SELECT session, seq, actor FROM renewals"),
            R"([["s1",3,"user:bob"]])");
  EXPECT_EQ(rows(kSessions, "SELECT actor, first_seq, last_seq, events FROM participants"),
            R"([["system",1,4,2],["user:ann",2,2,1],["user:bob",3,3,1]])");
  EXPECT_EQ(rows(kSessions, "SELECT seq, change FROM lifecycle"), R"([[1,"created"]])");
}

TEST_F(ProjectionTest, MessagesAreFoundByTheirWords) {
  happen("agent_message",
         R"({"id":"m1","from":"user:ann","to":["claude"],"text":"Fix the parser","kind":"chat"})");
  happen("agent_message",
         R"({"id":"m2","from":"agent:claude","to":["ann"],"text":"Naïve fix","kind":"answer"})",
         "t1");
  EXPECT_EQ(rows(kMessages, "SELECT seq, id, kind, sender, recipients, task FROM messages"),
            R"([[1,"m1","chat","user:ann","[\"claude\"]",null],)"
            R"([2,"m2","answer","agent:claude","[\"ann\"]","t1"]])");
  EXPECT_EQ(rows(kMessages, "SELECT rowid FROM messages_fts WHERE messages_fts MATCH 'parser'"),
            "[[1]]");
  EXPECT_EQ(rows(kMessages, "SELECT rowid FROM messages_fts WHERE messages_fts MATCH 'naive'"),
            "[[2]]");
}

TEST_F(ProjectionTest, ABusMessageIsSentDeliveredAndRead) {
  happen("bus_message", R"({"id":"b1","from":"agent:a","to":["b","c"],"text":"hello"})");
  happen("bus_delivered", R"({"id":"b1","to":"b"})");
  happen("bus_read", R"({"id":"b1","to":"b"})");
  happen("bus_delivered", R"({"id":"b1","to":"b"})");
  happen("bus_delivered", R"({"id":"b1","to":"subscriber"})");
  EXPECT_EQ(rows(kMessages, "SELECT * FROM bus_deliveries"),
            R"([["b","b1","read",1,2,3],["c","b1","sent",1,null,null],)"
            R"(["subscriber","b1","delivered",null,5,null]])");
}

TEST_F(ProjectionTest, EveryVersionOfAFileIsKept) {
  feed_.add_tree("tree1", {{"README", "h0", 5, 0644}});
  happen("checkpoint", R"({"id":"c1","label":"provisioned","tree":"tree1","files":1,"bytes":5})");
  happen("file_edit", R"({"op":"create","path":"a.txt","hash":"h1","size":3,"text":"abc"})", "t1",
         "agent:claude");
  happen("file_edit", R"({"op":"write","path":"a.txt","hash":"h2","before":"h1","size":4,
         "splice":{"at":1,"remove":1,"insert":"XY"}})");
  happen("file_edit", R"({"op":"move","path":"b.txt","from":"a.txt","hash":"h2","size":4})");
  happen("file_edit", R"({"op":"remove","path":"README","hash":"","before":"h0"})");
  happen("checkpoint", R"({"id":"c2","label":"later","tree":"unknown","files":1,"bytes":4})");
  EXPECT_EQ(rows(kArtifacts,
                 "SELECT path, seq, op, hash, size, from_path, to_path"
                 " FROM file_versions ORDER BY seq, path"),
            R"([["README",1,"provisioned","h0",5,null,null],)"
            R"(["a.txt",2,"create","h1",3,null,null],["a.txt",3,"write","h2",4,null,null],)"
            R"(["a.txt",4,"moved_away","",0,null,"b.txt"],)"
            R"(["b.txt",4,"move","h2",4,"a.txt",null],["README",5,"remove","",0,null,null]])");
  EXPECT_EQ(rows(kArtifacts, "SELECT * FROM changes"),
            R"([[2,"text",null,null,"abc",null],[3,"splice",1,1,"XY",null]])");
  EXPECT_EQ(rows(kArtifacts, "SELECT seq, id, label, tree FROM checkpoints"),
            R"([[1,"c1","provisioned","tree1"],[6,"c2","later","unknown"]])");
}

TEST_F(ProjectionTest, OnlyTheFirstProvisionedTreeIsTaken) {
  feed_.add_tree("tree1", {{"a", "h0", 1, 0644}});
  feed_.add_tree("tree2", {{"a", "h9", 9, 0644}, {"b", "h9", 9, 0644}});
  happen("checkpoint", R"({"id":"c1","label":"provisioned","tree":"tree1"})");
  happen("checkpoint", R"({"id":"c2","label":"provisioned","tree":"tree2"})");
  EXPECT_EQ(rows(kArtifacts, "SELECT path, seq FROM file_versions"), R"([["a",1]])");
  EXPECT_EQ(rows(kParsedSessions, "SELECT path, seq FROM file_states"), R"([["a",1]])");
  EXPECT_EQ(rows(kWorkspaceIndex, "SELECT path, version FROM files"), R"([["a",1]])");
}

TEST_F(ProjectionTest, ATreeThatCannotBeReadIsAnErrorUntilItCan) {
  happen("checkpoint", R"({"id":"c1","label":"provisioned","tree":"tree1"})");
  const auto answer = ask(kWorkspaceIndex, "SELECT * FROM files");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::kNotFound);
  feed_.add_tree("tree1", {{"a", "h0", 1, 0644}});
  EXPECT_EQ(rows(kWorkspaceIndex, "SELECT path FROM files"), R"([["a"]])");
}

TEST_F(ProjectionTest, TheTimelineHoldsTheStateAtEveryEvent) {
  happen("task_queued", R"({"agent":"claude","prompt":"p","priority":7,"attempt":1})", "t1");
  happen("task_started", R"({"agent":"claude","attempt":1})", "t1");
  happen("agent_state_change", R"({"agent":"claude","from":"idle","to":"executing"})", "t1");
  happen("lock_acquired", R"({"path":"a","mode":"write","token":9,"holder":"agent:claude"})");
  happen("task_waiting", R"({"agent":"claude","for":"approval","what":"rm"})", "t1");
  happen("lock_released", R"({"path":"a","mode":"write","token":9,"holder":"agent:claude",
         "reason":"released"})");
  happen("task_promoted", R"({"agent":"claude","priority":9})", "t1");
  happen("task_finished", R"({"agent":"claude","state":"succeeded","elapsed_ms":5})", "t1");
  EXPECT_EQ(rows(kParsedSessions, "SELECT seq, state, priority, reason FROM task_states"),
            R"([[1,"queued",7,null],[2,"running",7,null],[5,"waiting",7,"approval: rm"],)"
            R"([7,"waiting",9,null],[8,"succeeded",9,null]])");
  EXPECT_EQ(rows(kParsedSessions, "SELECT * FROM tasks"), R"([["t1","claude",1,8]])");
  EXPECT_EQ(rows(kParsedSessions, "SELECT seq, state, task FROM agent_states"),
            R"([[2,"executing","t1"],[3,"executing","t1"],[8,"executing",null]])");
  EXPECT_EQ(rows(kParsedSessions, "SELECT from_seq, to_seq, path, token, holder FROM lock_spans"),
            R"([[4,6,"a",9,"agent:claude"]])");
  EXPECT_EQ(rows(kParsedSessions, "SELECT count(*), min(bytes)>50 FROM events"), "[[8,1]]");
}

TEST_F(ProjectionTest, MetricsFollowATaskToItsEnd) {
  happen("task_queued", R"({"agent":"codex","prompt":"p","priority":5,"attempt":1})", "t1");
  happen("task_started", R"({"agent":"codex","attempt":1})", "t1");
  happen("tool_call", R"({"id":"x","agent":"codex","tool":"read_file","phase":"started"})", "t1");
  happen("tool_call",
         R"({"id":"x","agent":"codex","tool":"read_file","phase":"finished","ok":false,
         "output":"no such file","elapsed_ms":2.5})",
         "t1");
  happen("usage_recorded",
         R"({"agent":"codex","provider":"openai","model":"m","input":10,"cached":2,
         "cache_write":0,"output":5,"reasoning":1,"cost_usd":0.25,"simulated":false})",
         "t1");
  happen("task_retrying",
         R"({"agent":"codex","provider":"openai","attempt":1,"delay_ms":100,"error":"529"})", "t1");
  happen("task_finished",
         R"({"agent":"codex","state":"failed","elapsed_ms":7,
         "error":{"kind":"unavailable","message":"gave up","hint":"later"}})",
         "t1");
  EXPECT_EQ(rows(kAgentMetrics,
                 "SELECT id, state, retries, wait_ms, elapsed_ms, error_message"
                 " FROM tasks"),
            R"([["t1","failed",1,1E3,7E0,"gave up"]])");
  EXPECT_EQ(rows(kAgentMetrics,
                 "SELECT tool, started_seq, finished_seq, ok, elapsed_ms"
                 " FROM tool_calls"),
            R"([["read_file",3,4,0,2.5E0]])");
  EXPECT_EQ(rows(kAgentMetrics,
                 "SELECT agent, tasks_failed, tool_calls, tool_errors, model_calls,"
                 " input, cost_usd, retries FROM agents_daily"),
            R"([["codex",1,1,1,1,10,2.5E-1,1]])");
  EXPECT_EQ(rows(kAgentMetrics, "SELECT seq, source, message FROM errors"),
            R"([[4,"tool","no such file"],[6,"provider","529"],[7,"task","gave up"]])");
}

TEST_F(ProjectionTest, TheIndexHoldsTheFilesAsTheyAre) {
  happen("file_edit", R"({"op":"create","path":"src/a.cpp","hash":"h1","size":3,"mode":493})");
  happen("file_edit", R"({"op":"create","path":"b.md","hash":"h2","size":4})");
  happen("file_edit", R"({"op":"move","path":"src/c.py","from":"src/a.cpp","hash":"h1","size":3})");
  happen("file_edit", R"({"op":"remove","path":"b.md","hash":""})");
  EXPECT_EQ(rows(kWorkspaceIndex, "SELECT path, folder, version, mode, language FROM files"),
            R"([["src/c.py","src",3,493,"Python"]])");
  EXPECT_EQ(rows(kWorkspaceIndex, "SELECT * FROM languages"), R"([["Python",1,3]])");
  EXPECT_EQ(rows(kWorkspaceIndex, "SELECT * FROM folders"), R"([["src",1,3]])");
}

TEST_F(ProjectionTest, EventsWithoutTheirFieldsAndUnknownOnesStopNothing) {
  const char* types[] = {
      "workspace_created", "session_started", "session_renewed", "checkpoint",
      "file_edit",         "lock_acquired",   "lock_released",   "task_queued",
      "task_started",      "task_finished",   "task_retrying",   "agent_state_change",
      "agent_message",     "tool_call",       "usage_recorded",  "bus_message",
      "bus_delivered",     "bus_read",        "never_heard_of",  "task_never_heard_of"};
  for (const char* type : types) {
    happen(type, "{}");
    happen(type, R"({"path":5,"id":{},"agent":[],"to":"x","splice":1,"priority":"high"})", "t1");
  }
  for (const DatabaseName name : kDatabaseNames) {
    EXPECT_EQ(rows(name, "SELECT value FROM meta WHERE key='applied_seq'"), "[[40]]");
  }
}

}  // namespace
}  // namespace coditect::databases
