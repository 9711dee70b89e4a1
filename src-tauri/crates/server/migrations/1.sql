-- Rows that cross the wire are kept as the JSON of their model type in `body`; the other columns are what queries
-- need and are always derived from it. Times are milliseconds since 1970 UTC, ids are 16 bytes. An id that a client
-- makes is unique within its tenant only, so that nobody can reach into another tenant by naming an id of it.

CREATE TABLE tenant(
  id BLOB PRIMARY KEY, slug TEXT NOT NULL UNIQUE, epoch BLOB NOT NULL, head INTEGER NOT NULL DEFAULT 0,
  body TEXT NOT NULL, site_key TEXT NOT NULL, integration_hash BLOB NOT NULL, made_at INTEGER NOT NULL) STRICT;

CREATE TABLE person(
  id BLOB PRIMARY KEY, tenant BLOB NOT NULL REFERENCES tenant(id), email TEXT NOT NULL, password_hash TEXT,
  active INTEGER NOT NULL, team TEXT NOT NULL, body TEXT NOT NULL, UNIQUE(tenant, email)) STRICT;

CREATE TABLE session(
  access_hash BLOB PRIMARY KEY, refresh_hash BLOB NOT NULL UNIQUE, tenant BLOB NOT NULL, person BLOB NOT NULL,
  -- The sign-in that all pairs of tokens renewed from each other go back to.
  family BLOB NOT NULL, access_until INTEGER NOT NULL, refresh_until INTEGER NOT NULL) STRICT;
CREATE INDEX session_person ON session(person);

-- Codes of the browser sign-in and one-use secrets of the embedded service.
CREATE TABLE sign_in_code(
  code_hash BLOB PRIMARY KEY, tenant BLOB NOT NULL, person BLOB NOT NULL, challenge TEXT, redirect TEXT,
  until INTEGER NOT NULL) STRICT;

CREATE TABLE presence(
  person BLOB PRIMARY KEY REFERENCES person(id), tenant BLOB NOT NULL, state TEXT NOT NULL, reason TEXT,
  since INTEGER NOT NULL, finishing INTEGER NOT NULL DEFAULT 0, closed_channels TEXT NOT NULL DEFAULT '[]',
  last_work INTEGER NOT NULL DEFAULT 0,
  -- How many desks of theirs are connected.
  desks INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE customer(
  id BLOB PRIMARY KEY, tenant BLOB NOT NULL, folded TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX customer_tenant ON customer(tenant);
CREATE TABLE identity(
  id BLOB PRIMARY KEY, tenant BLOB NOT NULL, customer BLOB NOT NULL REFERENCES customer(id),
  kind TEXT NOT NULL, value TEXT NOT NULL, verified INTEGER NOT NULL) STRICT;
CREATE INDEX identity_value ON identity(tenant, kind, value);
CREATE INDEX identity_customer ON identity(customer);
CREATE TABLE fact(
  id BLOB PRIMARY KEY, tenant BLOB NOT NULL, customer BLOB NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL,
  folded TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX fact_customer ON fact(customer, at);
CREATE TABLE score(
  id BLOB NOT NULL, tenant BLOB NOT NULL, customer BLOB NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY(tenant, id)) STRICT;
CREATE INDEX score_customer ON score(customer, at);
-- What other systems posted, so that posting again changes nothing.
CREATE TABLE posted(
  tenant BLOB NOT NULL, source TEXT NOT NULL, key TEXT NOT NULL, body_hash BLOB NOT NULL, answer TEXT NOT NULL,
  PRIMARY KEY(tenant, source, key)) STRICT, WITHOUT ROWID;

CREATE TABLE conversation(
  id BLOB PRIMARY KEY, tenant BLOB NOT NULL, customer BLOB NOT NULL, channel TEXT NOT NULL, queue TEXT NOT NULL,
  state TEXT NOT NULL, owner BLOB, parked INTEGER NOT NULL, waiting_since INTEGER, closed_at INTEGER,
  last_at INTEGER NOT NULL, body TEXT NOT NULL,
  -- Known to the service alone: a colleague who is to be offered it first, who gave it, whether it goes before others.
  for_person BLOB, given_by TEXT, boost INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX conversation_waiting ON conversation(tenant, state, waiting_since);
CREATE INDEX conversation_owner ON conversation(owner, state);
CREATE INDEX conversation_customer ON conversation(customer, last_at);
CREATE TABLE message(
  no INTEGER PRIMARY KEY, id BLOB NOT NULL, tenant BLOB NOT NULL,
  conversation BLOB NOT NULL REFERENCES conversation(id), n INTEGER NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL,
  body TEXT NOT NULL, UNIQUE(tenant, id), UNIQUE(conversation, n)) STRICT;
-- The tenant is a word of the index, so that a search ranks the lines of one tenant only.
CREATE VIRTUAL TABLE message_text USING fts5(tenant, text, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 2");

CREATE TABLE offer(
  conversation BLOB PRIMARY KEY REFERENCES conversation(id), tenant BLOB NOT NULL, person BLOB NOT NULL,
  since INTEGER NOT NULL, until INTEGER NOT NULL, given_by TEXT) STRICT;
CREATE INDEX offer_person ON offer(person);
-- Who declined or missed which offer lately: not asked again at once.
CREATE TABLE passed(
  conversation BLOB NOT NULL, person BLOB NOT NULL, until INTEGER NOT NULL,
  PRIMARY KEY(conversation, person)) STRICT, WITHOUT ROWID;

CREATE TABLE follow_up(
  id BLOB NOT NULL, tenant BLOB NOT NULL, customer BLOB NOT NULL, owner BLOB NOT NULL, team TEXT NOT NULL,
  status TEXT NOT NULL, due INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY(tenant, id)) STRICT;
CREATE INDEX follow_up_customer ON follow_up(customer);
CREATE INDEX follow_up_team ON follow_up(tenant, team, status);

CREATE TABLE article(tenant BLOB NOT NULL, id BLOB NOT NULL, body TEXT NOT NULL, PRIMARY KEY(tenant, id)) STRICT;
CREATE TABLE macro(tenant BLOB NOT NULL, id BLOB NOT NULL, body TEXT NOT NULL, PRIMARY KEY(tenant, id)) STRICT;

CREATE TABLE visitor(
  id BLOB PRIMARY KEY, tenant BLOB NOT NULL, token_hash BLOB NOT NULL UNIQUE, customer BLOB NOT NULL,
  conversation BLOB, language TEXT, queue TEXT, last_seen INTEGER NOT NULL, there INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX visitor_conversation ON visitor(conversation);

CREATE TABLE blob(
  tenant BLOB NOT NULL, sha256 TEXT NOT NULL, uploader BLOB NOT NULL, name TEXT NOT NULL, mime TEXT NOT NULL,
  size INTEGER NOT NULL, received INTEGER NOT NULL DEFAULT 0, whole INTEGER NOT NULL DEFAULT 0, width INTEGER, height INTEGER, at INTEGER NOT NULL,
  PRIMARY KEY(tenant, sha256, uploader)) STRICT, WITHOUT ROWID;
CREATE TABLE blob_piece(
  tenant BLOB NOT NULL, sha256 TEXT NOT NULL, uploader BLOB NOT NULL, start INTEGER NOT NULL, bytes BLOB NOT NULL,
  PRIMARY KEY(tenant, sha256, uploader, start)) STRICT;
CREATE TABLE blob_preview(
  tenant BLOB NOT NULL, sha256 TEXT NOT NULL, mime TEXT NOT NULL, bytes BLOB NOT NULL,
  PRIMARY KEY(tenant, sha256)) STRICT;
CREATE TABLE blob_use(
  tenant BLOB NOT NULL, sha256 TEXT NOT NULL, conversation BLOB NOT NULL, public INTEGER NOT NULL,
  PRIMARY KEY(tenant, sha256, conversation, public)) STRICT, WITHOUT ROWID;

-- Which customers a person's desk may hold, and why. Any row will do.
CREATE TABLE scope(
  person BLOB NOT NULL, customer BLOB NOT NULL, reason TEXT NOT NULL, ref BLOB NOT NULL, tenant BLOB NOT NULL,
  PRIMARY KEY(person, customer, reason, ref)) STRICT, WITHOUT ROWID;
CREATE INDEX scope_customer ON scope(customer);

-- Looks at somebody else's customer, which end by a deadline of their own.
CREATE TABLE look(
  ref BLOB PRIMARY KEY, tenant BLOB NOT NULL, person BLOB NOT NULL, customer BLOB NOT NULL, reason TEXT NOT NULL,
  reference BLOB NOT NULL) STRICT;

-- The log. `last` is the last number written by the same transaction: a frame never ends inside one.
CREATE TABLE event(
  tenant BLOB NOT NULL, seq INTEGER NOT NULL, last INTEGER NOT NULL, at INTEGER NOT NULL, actor BLOB, command BLOB,
  kind TEXT NOT NULL, entity BLOB NOT NULL, customer BLOB, conversation BLOB, audience TEXT NOT NULL,
  audience_id ANY, public INTEGER NOT NULL, PRIMARY KEY(tenant, seq)) STRICT, WITHOUT ROWID;
CREATE INDEX event_conversation ON event(conversation, seq) WHERE public = 1;

CREATE TABLE receipt(
  tenant BLOB NOT NULL, actor BLOB NOT NULL, command BLOB NOT NULL, body_hash BLOB NOT NULL, answer TEXT NOT NULL,
  at INTEGER NOT NULL, PRIMARY KEY(tenant, actor, command)) STRICT, WITHOUT ROWID;

-- What the service must do later. At most one deadline of a kind for a thing.
CREATE TABLE deadline(
  tenant BLOB NOT NULL, kind TEXT NOT NULL, ref BLOB NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY(tenant, kind, ref)) STRICT, WITHOUT ROWID;
CREATE INDEX deadline_at ON deadline(at);
