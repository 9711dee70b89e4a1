-- The numbers that queues are called by. A number is called from outside, where nobody knows of tenants: it is one
-- queue's of the whole service. Always derived from the workspaces.
CREATE TABLE called(number TEXT PRIMARY KEY, tenant BLOB NOT NULL, queue TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- Whose telephone calls arrive at, and whether it is busy with a call that no queue knows of. Empty at every start.
CREATE TABLE phone_line(
  person BLOB PRIMARY KEY REFERENCES person(id), tenant BLOB NOT NULL, there INTEGER NOT NULL DEFAULT 0,
  busy INTEGER NOT NULL DEFAULT 0) STRICT;

-- Calls that go on, for a start after they were cut off.
CREATE INDEX conversation_voice ON conversation(state) WHERE channel = 'voice';
