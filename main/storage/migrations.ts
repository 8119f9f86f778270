/** The tables, version by version. A step that shipped is never edited: a new one is added. `user_version` counts the steps done. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE repositories (
    id TEXT PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    base TEXT NOT NULL,
    opened_at TEXT NOT NULL
  ) STRICT;
  CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    repository TEXT NOT NULL,
    repository_path TEXT NOT NULL,
    title TEXT NOT NULL,
    agent TEXT NOT NULL,
    command TEXT,
    mode TEXT,
    prompt TEXT NOT NULL,
    place TEXT NOT NULL,
    start TEXT NOT NULL,
    worktree TEXT NOT NULL,
    branch TEXT,
    base TEXT NOT NULL,
    port_block INTEGER NOT NULL,
    conversation TEXT,
    stages TEXT NOT NULL,
    pending_script TEXT,
    ending TEXT,
    cols INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    active_at TEXT NOT NULL,
    archived_at TEXT,
    seen TEXT
  ) STRICT;
  CREATE TABLE terminals (
    id TEXT PRIMARY KEY,
    session TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    ended INTEGER NOT NULL DEFAULT 0,
    exit_code INTEGER,
    created_at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX terminals_by_session ON terminals(session);
  CREATE TABLE confirmed_scripts (
    repository TEXT NOT NULL,
    hash TEXT NOT NULL,
    confirmed_at TEXT NOT NULL,
    PRIMARY KEY (repository, hash)
  ) STRICT;
  CREATE TABLE approvals (
    session TEXT PRIMARY KEY REFERENCES sessions(id) ON DELETE CASCADE,
    tree TEXT NOT NULL,
    at TEXT NOT NULL
  ) STRICT;
  CREATE TABLE viewed (
    session TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    blob TEXT NOT NULL,
    PRIMARY KEY (session, path)
  ) STRICT;
  CREATE TABLE landed (
    session TEXT PRIMARY KEY REFERENCES sessions(id) ON DELETE CASCADE,
    base TEXT NOT NULL,
    commit_id TEXT NOT NULL,
    tree TEXT NOT NULL,
    method TEXT NOT NULL,
    at TEXT NOT NULL
  ) STRICT;
  CREATE TABLE views (
    key TEXT PRIMARY KEY,
    json TEXT NOT NULL
  ) STRICT;
  `,
]
