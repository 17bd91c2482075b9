-- Who may call: the built-in accounts, their sessions, and the API keys of services.

-- A person or a service whose rights differ from what a token alone says. rev grows with every change that must
-- reach open connections (roles, disabled, revoked); it is never reused, so "rev above the last seen" finds them all.
CREATE TABLE groat_principal (
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

CREATE UNIQUE INDEX groat_principal_rev ON groat_principal (rev);

CREATE TABLE groat_api_key (
    id            text COLLATE "C" PRIMARY KEY,
    digest        bytea   NOT NULL UNIQUE,          -- SHA-256 of the whole key; the key is random, so no salt
    principal     text COLLATE "C" NOT NULL REFERENCES groat_principal (id),
    label         text    NOT NULL,
    created_at    bigint  NOT NULL,
    created_by    text    NOT NULL,
    revoked_at    bigint
);

CREATE TABLE groat_session (
    digest        bytea   PRIMARY KEY,              -- SHA-256 of the cookie
    principal     text COLLATE "C" NOT NULL REFERENCES groat_principal (id),
    created_at    bigint  NOT NULL,                 -- microseconds since 1970
    expires_at    bigint  NOT NULL
);

CREATE INDEX groat_session_principal ON groat_session (principal);
CREATE INDEX groat_session_expires ON groat_session (expires_at);
