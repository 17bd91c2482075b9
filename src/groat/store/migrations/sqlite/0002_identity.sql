-- Who may call: the built-in accounts, their sessions, and the API keys of services.

-- A person or a service whose rights differ from what a token alone says. rev grows with every change that must
-- reach open connections (roles, disabled, revoked); it is never reused, so "rev above the last seen" finds them all.
CREATE TABLE groat_principal (
    id            TEXT    PRIMARY KEY,              -- user:42, service:shop
    name          TEXT    NOT NULL DEFAULT '',
    email         TEXT    UNIQUE,                   -- lower case
    password      TEXT,                             -- argon2id, NULL: cannot sign in with one
    roles         TEXT,                             -- JSON list; NULL: the token's roles count
    tokens_after  INTEGER NOT NULL DEFAULT 0,       -- seconds since 1970: tokens issued until then are refused
    disabled      INTEGER NOT NULL DEFAULT 0,
    rev           INTEGER NOT NULL,
    created_at    INTEGER NOT NULL                  -- microseconds since 1970
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX groat_principal_rev ON groat_principal (rev);

CREATE TABLE groat_api_key (
    id            TEXT    PRIMARY KEY,
    digest        BLOB    NOT NULL UNIQUE,          -- SHA-256 of the whole key; the key is random, so no salt
    principal     TEXT    NOT NULL REFERENCES groat_principal (id),
    label         TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    created_by    TEXT    NOT NULL,
    revoked_at    INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE groat_session (
    digest        BLOB    PRIMARY KEY,              -- SHA-256 of the cookie
    principal     TEXT    NOT NULL REFERENCES groat_principal (id),
    created_at    INTEGER NOT NULL,                 -- microseconds since 1970
    expires_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX groat_session_principal ON groat_session (principal);
CREATE INDEX groat_session_expires ON groat_session (expires_at);
