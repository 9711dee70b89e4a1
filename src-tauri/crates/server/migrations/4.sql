-- Sign-ins: all pairs of tokens that were renewed from each other, which end together.
CREATE TABLE sign_in(
  id BLOB PRIMARY KEY, tenant BLOB NOT NULL, person BLOB NOT NULL,
  -- The installation it belongs to, once that has said its name.
  device BLOB,
  -- However often it is renewed, it ends then.
  until INTEGER NOT NULL,
  -- When the company ended it. It is kept until its time is over, so that its device can be told.
  ended_at INTEGER) STRICT;
CREATE INDEX sign_in_person ON sign_in(person);
INSERT INTO sign_in(id, tenant, person, until)
  SELECT family, tenant, person, max(refresh_until) FROM session GROUP BY family;
-- When its refresh token was used. Kept until the sign-in is over: whoever uses it much later stole it.
ALTER TABLE session ADD COLUMN used_at INTEGER;
CREATE INDEX session_family ON session(family);

-- The log no longer reaches back to this number: it is the last one that was forgotten.
ALTER TABLE tenant ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0;
-- What is old enough to be forgotten.
CREATE INDEX receipt_at ON receipt(tenant, at);
CREATE INDEX visitor_seen ON visitor(tenant, last_seen) WHERE conversation IS NULL;
INSERT OR IGNORE INTO deadline(tenant, kind, ref, at) SELECT id, 'old', id, made_at FROM tenant;

-- Who did what to which thing, and how it ended. Each entry carries a hash over itself and the one before, so that an
-- entry that was changed, taken out or put in between is found. Names of rows only, no words and nothing of persons.
CREATE TABLE audit(
  tenant BLOB NOT NULL, no INTEGER NOT NULL, at INTEGER NOT NULL, who BLOB, act TEXT NOT NULL, object BLOB,
  result TEXT NOT NULL, link BLOB NOT NULL, PRIMARY KEY(tenant, no)) STRICT, WITHOUT ROWID;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT raise(ABORT, 'an entry of the audit log is never changed'); END;
CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit
BEGIN SELECT raise(ABORT, 'an entry of the audit log is never taken out'); END;
