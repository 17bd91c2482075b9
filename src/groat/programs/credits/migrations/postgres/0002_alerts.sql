-- At which amount the owner of an account is told that few is left, and whether they know that it is: `id` is "<asset> <account>".
-- `own` says that somebody chose it; otherwise a setting did.
CREATE TABLE groat_credits_alert (
    id         text PRIMARY KEY,
    account    text NOT NULL,
    asset      text NOT NULL,
    threshold  bigint,
    own        integer NOT NULL CHECK (own IN (0, 1)),
    low        integer NOT NULL CHECK (low IN (0, 1)),
    changed_at bigint NOT NULL
);
CREATE INDEX groat_credits_alert_account ON groat_credits_alert (account, asset);
CREATE INDEX groat_credits_alert_given ON groat_credits_alert (asset) WHERE own = 0 AND threshold IS NOT NULL;
