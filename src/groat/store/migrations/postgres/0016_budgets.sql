-- Budgets: how much may be spent in an hour, a day or a month. Accounts with budgets of their own have extras 16.

-- `account` is NULL for one across accounts; `principal` is '' for one on whoever spends from the account. `most` is the limit.
-- `spent` has what was counted, a JSON list of pairs: when a window, or a part of a rolling one, began, and an amount. A budget
-- that was removed stays for what was counted on it.
CREATE TABLE groat_budget (
    id         uuid    PRIMARY KEY,
    account    bigint,
    asset      text COLLATE "C" NOT NULL,
    principal  text COLLATE "C" NOT NULL,
    period     text    NOT NULL CHECK (period IN ('hour', 'day', 'month')),
    rolling    boolean NOT NULL,
    zone       text    NOT NULL,
    most       bigint  NOT NULL CHECK (most >= 0),
    stopped    boolean NOT NULL,
    alerts     text    NOT NULL,
    spent      text    NOT NULL,
    set_by     text    NOT NULL CHECK (set_by IN ('owner', 'staff')),
    created_at bigint  NOT NULL,
    removed_at bigint,
    CHECK (account IS NOT NULL OR principal <> '')
) WITH (fillfactor = 70);

CREATE INDEX groat_budget_account ON groat_budget (account) WHERE account IS NOT NULL AND removed_at IS NULL;
CREATE INDEX groat_budget_across ON groat_budget (principal) WHERE account IS NULL AND removed_at IS NULL;

-- What a posting counted on a budget in the window that began at `begin_at`; an amount below 0 was given back there. What was
-- only reserved before counts nothing more (0).
CREATE TABLE groat_budget_use (
    txn      uuid    NOT NULL,
    leg      integer NOT NULL,
    budget   uuid    NOT NULL,
    begin_at bigint  NOT NULL,
    amount   bigint  NOT NULL,
    PRIMARY KEY (txn, leg, budget)
);
CREATE INDEX groat_budget_use_budget ON groat_budget_use (budget, begin_at);
CREATE INDEX groat_budget_use_begin ON groat_budget_use (begin_at);
