-- Budgets: how much may be spent in an hour, a day or a month. Accounts with budgets of their own have extras 16.

-- `account` is NULL for one across accounts; `principal` is '' for one on whoever spends from the account. `most` is the limit.
-- `spent` has what was counted, a JSON list of pairs: when a window, or a part of a rolling one, began, and an amount. A budget
-- that was removed stays for what was counted on it.
CREATE TABLE groat_budget (
    id         TEXT    PRIMARY KEY,
    account    INTEGER,
    asset      TEXT    NOT NULL,
    principal  TEXT    NOT NULL,
    period     TEXT    NOT NULL CHECK (period IN ('hour', 'day', 'month')),
    rolling    INTEGER NOT NULL CHECK (rolling IN (0, 1)),
    zone       TEXT    NOT NULL,
    most       INTEGER NOT NULL CHECK (most >= 0),
    stopped    INTEGER NOT NULL CHECK (stopped IN (0, 1)),
    alerts     TEXT    NOT NULL,
    spent      TEXT    NOT NULL,
    set_by     TEXT    NOT NULL CHECK (set_by IN ('owner', 'staff')),
    created_at INTEGER NOT NULL,
    removed_at INTEGER,
    CHECK (account IS NOT NULL OR principal <> '')
) STRICT, WITHOUT ROWID;

CREATE INDEX groat_budget_account ON groat_budget (account) WHERE account IS NOT NULL AND removed_at IS NULL;
CREATE INDEX groat_budget_across ON groat_budget (principal) WHERE account IS NULL AND removed_at IS NULL;

-- What a posting counted on a budget in the window that began at `begin_at`; an amount below 0 was given back there. What was
-- only reserved before counts nothing more (0).
CREATE TABLE groat_budget_use (
    txn      TEXT    NOT NULL,
    leg      INTEGER NOT NULL,
    budget   TEXT    NOT NULL,
    begin_at INTEGER NOT NULL,
    amount   INTEGER NOT NULL,
    PRIMARY KEY (txn, leg, budget)
) STRICT, WITHOUT ROWID;
CREATE INDEX groat_budget_use_budget ON groat_budget_use (budget, begin_at);
CREATE INDEX groat_budget_use_begin ON groat_budget_use (begin_at);
