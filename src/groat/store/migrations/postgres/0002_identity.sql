-- Who may call: the built-in accounts, their sessions, and the API keys of services.

-- A person or a service whose rights differ from what a token alone says. rev grows with every change that must
-- reach open connections (roles, disabled, revoked); it is never reused, so "rev above the last seen" finds them all.
CREATE TABLE principal (
    id            text COLLATE "C" PRIMARY KEY,     -- user:42, service:shop
    name          text    NOT NULL DEFAULT '',
    email         text COLLATE "C" UNIQUE,          -- lower case
    password      text,                             -- argon2id, NULL: cannot sign in with one
    roles         text,                             -- JSON list; NULL: the token's roles count
    tokens_after  bigint  NOT NULL DEFAULT 0,       -- seconds since 1970: tokens issued until then are refused
    disabled      integer NOT NULL DEFAULT 0,
    rev           bigint  NOT NULL,
    created_at    bigint  NOT NULL                  -- microseconds since 1970
);

CREATE UNIQUE INDEX principal_rev ON principal (rev);

CREATE TABLE api_key (
    id            text COLLATE "C" PRIMARY KEY,
    digest        bytea   NOT NULL UNIQUE,          -- SHA-256 of the whole key; the key is random, so no salt
    principal     text COLLATE "C" NOT NULL REFERENCES principal (id),
    label         text    NOT NULL,
    created_at    bigint  NOT NULL,
    created_by    text    NOT NULL,
    revoked_at    bigint
);

CREATE TABLE session (
    digest        bytea   PRIMARY KEY,              -- SHA-256 of the cookie
    principal     text COLLATE "C" NOT NULL REFERENCES principal (id),
    created_at    bigint  NOT NULL,                 -- microseconds since 1970
    expires_at    bigint  NOT NULL
);

CREATE INDEX session_principal ON session (principal);
CREATE INDEX session_expires ON session (expires_at);
