"""The refusals of the ledger, in the order of its checks.

Each table sets a scene and says what comes of each step.
"""

from groat.ledger import errors

REFUSALS = {
    "key_reused": """
step  key  what                  amount  more         verdict
post  k1   house:bonus > user:a  50                   ok
post  k1   house:bonus > user:a  50                   ok again
post  k1   house:bonus > user:a  51                   key_reused
post  k1   house:bonus > user:b  50                   key_reused
post  k1   house:bonus > user:a  50      at=-1        key_reused
post  k1   house:bonus > user:a  50      below_floor  key_reused
set   k1   user:a                50                   key_reused
# Another principal's key is another key.
post  k1   house:bonus > user:a  7       by=user:a    ok
# What was refused is frozen too, and what is refused as reused does not replace the first verdict.
post  k2   user:a > house:sales  99                   insufficient_funds
post  k2   user:a > house:sales  1                    key_reused
post  k2   user:a > house:sales  99                   insufficient_funds again
see        user:a                                     57 held 0 v2
""",
    "transaction_not_found": """
step     key  what     amount  more  verdict
reverse  k1   nothing                transaction_not_found
reverse  k1   nothing                transaction_not_found again
""",
    "hold_not_found": """
step     key  what                  amount  more   verdict
capture  k1   nothing               5              hold_not_found
release  k2   nothing                              hold_not_found
# A transaction that is no hold is not found as one either.
post     k3   house:bonus > user:a  50      as=T1  ok
capture  k4   T1                    5              hold_not_found
""",
    "grant_not_found": """
step  key  what                 amount  more  verdict
void  k1   nothing                            grant_not_found
void  k1   nothing                            grant_not_found again
# A transaction is no grant.
post  k2   house:b > user:a     50      as=T  ok
void  k3   T                    5             grant_not_found
""",
    "belongs_to_request": """
step     key  what                  amount  more       verdict
post     k1   house:bonus > user:a  50      own as=T   ok
hold     k2   user:a > house:sales  20      own as=H   ok
capture  k3   H                     5       keep       belongs_to_request
capture  k3   H                     5       keep       belongs_to_request again
capture  k4   H                                        belongs_to_request
extend   k8   H                             expires=9  belongs_to_request
release  k5   H                                        belongs_to_request
reverse  k6   T                                        belongs_to_request
reverse  k7   T                     5                  belongs_to_request
see           user:a                                   50 held 20 v2
""",
    "hold_expired": """
step     key  what                  amount     more             verdict
post     k1   house:bonus > user:a  50                          ok
hold     k2   user:a > house:sales  20         expires=60 as=H  ok
tick                                59.999999
capture  k3   H                     5          keep             ok
tick                                0.000001
capture  k4   H                     5                           hold_expired
release  k5   H                                                 hold_expired
extend   k6   H                                expires=60       hold_expired
see           user:a                                            45 held 0 v4
# One that is extended is over later.
hold     k7   user:a > house:sales  20         expires=60 as=E  ok
extend   k8   E                                expires=90       ok
extend   k8   E                                expires=90       ok again
tick                                89.999999
see           user:a                                            45 held 20 v6
tick                                0.000001
capture  k9   E                     5                           hold_expired
see           user:a                                            45 held 0 v7
""",
    "hold_resolved": """
step     key  what                  amount  more              verdict
post     k1   house:bonus > user:a  50                        ok
hold     k2   user:a > house:sales  20      as=H1             ok
capture  k3   H1                    5                         ok
capture  k4   H1                    5                         hold_resolved
release  k5   H1                                              hold_resolved
hold     k6   user:a > house:sales  20      expires=60 as=H2  ok
release  k7   H2                                              ok
# It was released in time: that it would have expired since changes nothing.
tick                                99
release  k8   H2                                              hold_resolved
extend   k9   H2                            expires=60        hold_resolved
see           user:a                                          45 held 0 v5
""",
    "not_reversible": """
step     key  what                  amount  more   verdict
post     k1   house:bonus > user:a  50      as=T1  ok
reverse  k2   T1                            as=R1  ok
reverse  k3   R1                                   not_reversible
post     k4   house:bonus > user:a  50             ok
hold     k5   user:a > house:sales  20      as=H1  ok
reverse  k6   H1                                   not_reversible
release  k7   H1                            as=T2  ok
reverse  k8   T2                                   not_reversible
# What a capture posted can be reversed like any other posting.
hold     k9   user:a > house:sales  20      as=H2  ok
capture  k10  H2                    15      as=T3  ok
reverse  k11  T3                                   ok
see           user:a                               50 held 0 v8
# What ended a grant stays ended.
grant    k12  house:p > user:g      100     as=G   ok
void     k13  G.g                   30      as=V1  ok
reverse  k14  V1                                   not_reversible
reverse  k15  V1                    10             not_reversible
void     k16  G.g                           as=V2  ok
reverse  k17  V2                                   not_reversible
see           user:g                               0 held 0 v3
""",
    "wrong_legs": """
step     key  what                                amount   more  verdict
post     k1   house:b > user:a, house:b > user:b  5, 6     as=T  ok
reverse  k2   T                                   5              wrong_legs
reverse  k3   T                                   5, 6, 0        wrong_legs
reverse  k4   T                                   all, 0         ok
see           user:a                                             0 held 0 v2
see           user:b                                             6 held 0 v1
""",
    "exceeds_hold": """
step     key  what                  amount  more  verdict
post     k1   house:bonus > user:a  50            ok
hold     k2   user:a > house:sales  20      as=H  ok
capture  k3   H                     21            exceeds_hold
capture  k4   H                     15      keep  ok
capture  k5   H                     6             exceeds_hold
capture  k6   H                     5       keep  ok
capture  k7   H                     1             hold_resolved
see           user:a                              30 held 0 v4
""",
    "exceeds_transaction": """
step     key  what                                amount  more  verdict
post     k1   house:b > user:a, house:b > user:b  5, 6    as=T  ok
reverse  k2   T                                   6, 0          exceeds_transaction
reverse  k3   T                                   3, 0          ok
reverse  k4   T                                   3, 0          exceeds_transaction
reverse  k5   T                                   2, all        ok
reverse  k6   T                                                 exceeds_transaction
see           user:a                                            0 held 0 v3
see           user:b                                            0 held 0 v2
""",
    "future_effective_date": """
step     key  what                  amount  more         verdict
post     k1   house:bonus > user:a  50      at=0.000001  future_effective_date
post     k2   house:bonus > user:a  50      at=0         ok
set      k3   user:a                60      at=1         future_effective_date
hold     k4   user:a > house:sales  20      at=1         future_effective_date
hold     k5   user:a > house:sales  20      at=-1 as=H   ok
release  k6   H                             at=1         future_effective_date
# The moment has come, but this verdict is frozen: the caller takes a new key.
tick                                1
set      k3   user:a                60      at=0         future_effective_date again
set      k7   user:a                60      at=0         ok
""",
    "before_original": """
step     key  what                  amount  more          verdict
tick                                100
post     k1   house:bonus > user:a  50      at=-9         ok
post     k2   house:bonus > user:a  50      at=-9 as=T    ok
reverse  k3   T                     5       at=-9.000001  before_original
reverse  k4   T                     5       at=-9         ok
reverse  k5   T                     5       at=0          ok
reverse  k6   T                     5                     ok
reverse  k7   T                             at=1          future_effective_date
see           user:a                                      85 held 0 v5
""",
    "expires_in_past": """
step    key  what                  amount  more              verdict
post    k1   house:bonus > user:a  50                        ok
hold    k2   user:a > house:sales  20      expires=0         expires_in_past
hold    k3   user:a > house:sales  20      expires=-5        expires_in_past
hold    k4   user:a > house:sales  20      expires=0.000001  ok
hold    k5   user:a > house:sales  20      expires=60 as=H   ok
extend  k6   H                             expires=0         expires_in_past
extend  k7   H                             expires=-5        expires_in_past
# It never ends earlier than it did, and changes nothing then.
extend  k8   H                             expires=59        ok
extend  k9   H                             expires=61        ok
see          user:a                                          50 held 40 v4
""",
    "grant_spent": """
step     key  what                  amount  more           verdict
grant    k1   house:p > user:a      50      as=T           ok
post     k2   user:a > house:sales  20                     ok
void     k3   T.g                   31                     grant_spent
reverse  k4   T                                            grant_spent
reverse  k5   T                     31                     grant_spent
hold     k6   user:a > house:sales  10      as=H           ok
# What is held cannot be taken back either.
void     k7   T.g                   21                     grant_spent
reverse  k8   T                     21                     grant_spent
void     k9   T.g                   5                      ok
left          user:a                                       25/10
void     k10  T.g                                          ok
void     k11  T.g                                          grant_spent
left          user:a                                       10/10
see           user:a                                       10 held 10 v5
""",
    "balance_overflow": """
step     key  what                   amount               more  verdict
post     k1   house:bonus > house:a  9223372036854775807        ok
post     k2   house:other > house:a  1                          balance_overflow
post     k3   house:bonus > house:b  1                          balance_overflow
hold     k4   house:bonus > house:b  1                          balance_overflow
hold     k5   house:b > house:a      1                          balance_overflow
# Cumulative counters count, not only their difference: what went out does not make room.
post     k6   house:a > house:c      5                    as=T  ok
reverse  k7   T                                                 balance_overflow
set      k8   house:bonus            9223372036854775807        balance_overflow
see           house:a                                           9223372036854775802 held 0 v2
""",
    "insufficient_funds": """
step     key  what                  amount  more         verdict
post     k1   house:bonus > user:a  50      as=T1        ok
post     k2   user:a > house:sales  51                   insufficient_funds
hold     k3   user:a > house:sales  51                   insufficient_funds
hold     k4   user:a > house:sales  30                   ok
post     k5   user:a > house:sales  21                   insufficient_funds
reverse  k6   T1                                         insufficient_funds
set      k7   user:a                29                   insufficient_funds
# Going below a floor needs the right to.
reverse  k8   T1                            below_floor  ok
set      k9   user:a                -5      below_floor  ok
see           user:a                                     -5 held 30 v4
# A deposit is taken whatever the balance is, and spending still is not.
post     k10  house:bonus > user:a  3                    ok
post     k11  user:a > house:sales  1                    insufficient_funds
""",
    "past_floor": """
step     key  what                  amount  more                       verdict
tick                                100
post     k1   house:bonus > user:a  50      at=-60                     ok
# At present the 50 are there; 61 seconds ago they were not.
post     k2   user:a > house:sales  20      at=-61 past                past_floor
post     k2   user:a > house:sales  20      at=-61 past                past_floor again
post     k3   user:a > house:sales  20      at=-61                     ok
post     k4   user:a > house:sales  20      at=-60 past                ok
# A deposit is never refused for it, and who may go below the floor may do so in the past.
post     k5   house:bonus > user:a  1       at=-90 past                ok
post     k6   user:a > house:sales  2       at=-95 past                past_floor
post     k7   user:a > house:sales  2       at=-95 past below_floor    ok
# Accounts without a floor have none in the past either.
post     k8   house:o > user:b      5       at=-99 past                ok
see           user:a                                                   9 held 0 v5
""",
    "ceiling_exceeded": """
step     key  what                  amount  more         verdict
limits   k1   user:a                        ceiling=100  ok
post     k2   house:bonus > user:a  101                  ceiling_exceeded
post     k3   house:bonus > user:a  60                   ok
hold     k4   house:bonus > user:a  41                   ceiling_exceeded
hold     k5   house:bonus > user:a  40      as=H         ok
post     k6   house:bonus > user:a  1                    ceiling_exceeded
set      k7   user:a                61                   ceiling_exceeded
# What was reserved below the ceiling is captured whatever the ceiling is by then.
limits   k8   user:a                        ceiling=10   ok
capture  k9   H                     40                   ok
see           user:a                                     100 held 0 v3
# Above its ceiling an account may still pay.
post     k10  user:a > house:sales  5                    ok
""",
    "too_many_grants": """
step     key  what                  amount  more           verdict
fill     f    house:p > user:a      199
grant    k1   house:p > user:a      5       as=T           ok
grant    k2   house:p > user:a      5                      too_many_grants
# Another asset, and money that is no grant, do not count.
post     k3   house:p > user:a      5                      ok
reverse  k4   T                                            ok
grant    k5   house:p > user:a      5                      ok
# A reversal and what a hold gives to another person may exceed it.
post     k6   user:a > house:sales  1       as=P           ok
grant    k7   house:p > user:a      5                      ok
reverse  k8   P                                            ok
grant    k9   house:p > user:a      5                      too_many_grants
""",
    "invalid_limits": """
step    key  what    amount  more                   verdict
limits  k1   user:a          floor=10 ceiling=9     invalid_limits
limits  k2   user:a          ceiling=-1             invalid_limits
limits  k3   user:a          floor=none ceiling=-1  ok
limits  k4   user:a          floor=0                invalid_limits
limits  k5   user:a          floor=0 ceiling=0      ok
""",
}

# Two reasons at once: the earlier of errors.REFUSALS is told. In each pair of rows both apply to the first, and only
# the later one to the second.
ORDER = """
step     key  what                                    amount               more               verdict
post     k1   house:bonus > user:a                    50                   as=T               ok
hold     k2   user:a > house:sales                    20                   as=H               ok
hold     k3   user:a > house:sales                    10                   expires=60 as=X    ok
hold     k4   user:a > house:sales                    10                   as=D               ok
release  k5   D                                                                               ok
reverse  k6   T                                       5                    as=R               ok
limits   k7   user:c                                                       ceiling=100        ok
limits   k8   user:d                                                       floor=5            ok
post     k9   house:o > house:full                    9223372036854775807                     ok
post     k10  house:b > user:a, house:b > user:b      5, 6                 as=L               ok
post     k11  house:b > user:e                        30                   as=E               ok
post     k12  user:e > house:sales                    30                                      ok
post     k13  user:c > house:sales                    10                   below_floor as=C   ok
post     k15  house:full > house:p                    5                    as=F               ok
post     k14  house:b > user:c                        100                                     ok
post     o1   house:bonus > user:f                    50                   own as=OT          ok
hold     o2   user:a > house:sales                    1                    own as=OH          ok
post     o3   house:b > user:f, house:b > user:b      5, 6                 own as=OL          ok
post     o4   user:f > house:sales                    55                                      ok
grant    p1   house:p > user:g                        50                   as=G               ok
post     p2   user:g > house:sales                    20                                      ok
fill     p3   house:p > user:h                        200
limits   p4   house:poor                                                   floor=0            ok
tick                                                  60

reverse  k1   nothing                                                                         key_reused
reverse  n1   nothing                                                                         transaction_not_found
capture  k1   nothing                                 5                                       key_reused
capture  n2   nothing                                 5                                       hold_not_found
capture  k1   OH                                                                              key_reused
capture  n15  OH                                                                              belongs_to_request
release  k1   X                                                                               key_reused
release  n3   X                                                                               hold_expired
release  k1   D                                                                               key_reused
release  n4   D                                                                               hold_resolved
reverse  k1   R                                                                               key_reused
reverse  n5   R                                                                               not_reversible
reverse  k1   L                                       1                                       key_reused
reverse  n6   L                                       1                                       wrong_legs
capture  k1   H                                       21                                      key_reused
capture  n7   H                                       21                                      exceeds_hold
reverse  k1   T                                       46                                      key_reused
reverse  n8   T                                       46                                      exceeds_transaction
post     k1   house:bonus > user:a                    1                    at=1               key_reused
post     n9   house:bonus > user:a                    1                    at=1               future_effective_date
reverse  k1   T                                       1                    at=-1000           key_reused
reverse  n20  T                                       1                    at=-1000           before_original
post     k1   user:a > house:sales                    1                    at=-1000 past      key_reused
post     n16  user:a > house:sales                    1                    at=-1000 past      past_floor
hold     k1   user:a > house:sales                    1                    expires=-1         key_reused
hold     n10  user:a > house:sales                    1                    expires=-1         expires_in_past
post     k1   house:x > house:full                    1                                       key_reused
post     n11  house:x > house:full                    1                                       balance_overflow
post     k1   user:a > house:sales                    99                                      key_reused
post     n12  user:a > house:sales                    99                                      insufficient_funds
post     k1   house:bonus > user:c                    11                                      key_reused
post     n13  house:bonus > user:c                    11                                      ceiling_exceeded
limits   k1   user:a                                                       floor=1 ceiling=0  key_reused
limits   n14  user:a                                                       floor=1 ceiling=0  invalid_limits

reverse  b1   nothing                                                      at=1               transaction_not_found
post     a1   house:bonus > user:a                    1                    at=1               future_effective_date
capture  b2   nothing                                 5                    at=1               hold_not_found
capture  a2   H                                       5                    at=1               future_effective_date
reverse  o5   OH                                                                              belongs_to_request
reverse  o6   R                                                                               not_reversible
reverse  o7   OT                                      1, 1                                    belongs_to_request
reverse  o8   T                                       1, 1                                    wrong_legs
capture  o9   OH                                      2                                       belongs_to_request
capture  o10  H                                       21                                      exceeds_hold
reverse  o11  OT                                      51                                      belongs_to_request
reverse  o12  T                                       46                                      exceeds_transaction
release  o13  OH                                                           at=1               belongs_to_request
release  o14  H                                                            at=1               future_effective_date
reverse  o15  OT                                                                              belongs_to_request
reverse  o16  E                                       30                                      insufficient_funds
capture  b3   X                                       11                                      hold_expired
capture  a3   H                                       21                                      exceeds_hold
release  b4   X                                                            at=1               hold_expired
release  a4   H                                                            at=1               future_effective_date
capture  b5   D                                       11                                      hold_resolved
capture  a5   H                                       21                                      exceeds_hold
release  b6   D                                                            at=1               hold_resolved
release  a6   H                                                            at=1               future_effective_date
reverse  b7   R                                       1, 1                                    not_reversible
reverse  a7   T                                       1, 1                                    wrong_legs
reverse  b8   R                                       9                                       not_reversible
reverse  a8   T                                       46                                      exceeds_transaction
reverse  b9   R                                                            at=1               not_reversible
reverse  a9   T                                                            at=1               future_effective_date
reverse  b10  T                                       46, 1                                   wrong_legs
reverse  a10  T                                       46                                      exceeds_transaction
reverse  b11  L                                       1                    at=1               wrong_legs
reverse  a11  L                                       1, 0                 at=1               future_effective_date
capture  b12  H                                       21                   at=1               exceeds_hold
capture  a12  H                                       20                   at=1               future_effective_date
reverse  b13  T                                       46                   at=1               exceeds_transaction
reverse  a13  T                                       45                   at=1               future_effective_date
# user:e has spent the 30, so taking back even these 30 fails; 31 were never given.
reverse  b14  E                                       31                                      exceeds_transaction
reverse  a14  E                                       30                                      insufficient_funds
# Giving the 10 back to user:c would lift it over its ceiling; 11 were never taken.
reverse  b15  C                                       11                                      exceeds_transaction
limits   c15  user:c                                                       ceiling=95         ok
reverse  a15  C                                       10                                      ceiling_exceeded

hold     b16  user:a > house:sales                    1                    at=1 expires=-1    future_effective_date
hold     a16  user:a > house:sales                    1                    expires=-1         expires_in_past
post     b17  house:x > house:full                    1                    at=1               future_effective_date
post     a17  house:x > house:full                    1                                       balance_overflow
post     b18  user:a > house:sales                    99                   at=1               future_effective_date
post     a18  user:a > house:sales                    99                                      insufficient_funds
post     b19  house:bonus > user:c                    99                   at=1               future_effective_date
post     a19  house:bonus > user:c                    99                                      ceiling_exceeded
hold     b20  house:x > house:full                    1                    expires=0          expires_in_past
hold     a20  house:x > house:full                    1                                       balance_overflow
hold     b21  user:a > house:sales                    99                   expires=0          expires_in_past
hold     a21  user:a > house:sales                    99                                      insufficient_funds
hold     b22  house:bonus > user:c                    99                   expires=0          expires_in_past
hold     a22  house:bonus > user:c                    99                                      ceiling_exceeded
post     b23  user:a > house:full                     99                                      balance_overflow
post     a23  user:a > house:sales                    99                                      insufficient_funds
post     b27  user:a > house:sales                    99                   at=-1000 past      insufficient_funds
post     a27  user:a > house:sales                    1                    at=-1000 past      past_floor
post     b24  house:x > house:full, house:x > user:c  1, 99                                   balance_overflow
post     a24  house:x > user:c                        99                                      ceiling_exceeded
post     b25  user:b > user:c                         99                                      insufficient_funds
post     a25  house:x > user:c                        99                                      ceiling_exceeded
void     k1   nothing                                                                         key_reused
void     n17  nothing                                                                         grant_not_found
void     k1   G.g                                     31                                      key_reused
void     n18  G.g                                     31                                      grant_spent
grant    k1   house:p > user:h                        1                                       key_reused
grant    n19  house:p > user:h                        1                                       too_many_grants
void     b28  nothing                                                      at=1               grant_not_found
void     a28  G.g                                     31                   at=1               future_effective_date
reverse  b29  G                                       51                                      exceeds_transaction
reverse  a29  G                                       50                                      grant_spent
reverse  e15  G                                       50                   at=-1000           before_original
reverse  e16  G                                       50                                      grant_spent
void     b30  G.g                                     31                   at=1               future_effective_date
void     a30  G.g                                     31                                      grant_spent
reverse  b31  G                                                                               grant_spent
reverse  a31  E                                       30                                      insufficient_funds
grant    b32  house:p > user:h                        1                    at=1               future_effective_date
grant    a32  house:p > user:h                        1                                       too_many_grants
grant    b33  house:p > user:h                        1                    expires=0          expires_in_past
grant    a33  house:p > user:h                        1                                       too_many_grants
grant    b35  house:poor > user:h                     99                                      insufficient_funds
grant    a35  house:p > user:h                        99                                      too_many_grants
limits   c36  user:h                                                       ceiling=250        ok
grant    b36  house:p > user:h                        99                                      ceiling_exceeded
grant    a36  house:p > user:h                        1                                       too_many_grants
reverse  b26  F                                       6                                       exceeds_transaction
reverse  a26  F                                       5                                       balance_overflow
reverse  e1   OT                                                           at=-1000           belongs_to_request
reverse  e2   T                                       1                    at=-1000           before_original
reverse  e3   R                                                            at=-1000           not_reversible
reverse  e4   T                                       1                    at=-1000           before_original
reverse  e5   L                                       1                    at=-1000           wrong_legs
reverse  e6   L                                       1, 0                 at=-1000           before_original
reverse  e7   T                                       46                   at=-1000           exceeds_transaction
reverse  e8   T                                       1                    at=-1000           before_original
reverse  e9   F                                       5                    at=-1000           before_original
reverse  e10  F                                       5                                       balance_overflow
reverse  e11  E                                       30                   at=-1000           before_original
reverse  e12  E                                       30                                      insufficient_funds
reverse  e13  C                                       10                   at=-1000           before_original
reverse  e14  C                                       10                                      ceiling_exceeded
"""

# Which reasons can apply to one command at once: to the left the one that is told.
MEETINGS = {
    "key_reused": [code for code in errors.REFUSALS if code != "key_reused"],
    "transaction_not_found": ["future_effective_date"],
    "hold_not_found": ["future_effective_date"],
    "grant_not_found": ["future_effective_date"],
    "belongs_to_request": [
        "not_reversible",
        "wrong_legs",
        "exceeds_hold",
        "exceeds_transaction",
        "future_effective_date",
        "before_original",
        "insufficient_funds",
    ],
    "hold_expired": ["exceeds_hold", "future_effective_date"],
    "hold_resolved": ["exceeds_hold", "future_effective_date"],
    "not_reversible": ["wrong_legs", "exceeds_transaction", "future_effective_date", "before_original"],
    "wrong_legs": ["exceeds_transaction", "future_effective_date", "before_original"],
    "exceeds_hold": ["future_effective_date"],
    "exceeds_transaction": [
        "future_effective_date",
        "before_original",
        "grant_spent",
        "balance_overflow",
        "insufficient_funds",
        "ceiling_exceeded",
    ],
    "future_effective_date": [
        "expires_in_past",
        "grant_spent",
        "balance_overflow",
        "insufficient_funds",
        "ceiling_exceeded",
        "too_many_grants",
    ],
    "before_original": [
        "grant_spent",
        "balance_overflow",
        "insufficient_funds",
        "ceiling_exceeded",
    ],
    "expires_in_past": ["balance_overflow", "insufficient_funds", "ceiling_exceeded", "too_many_grants"],
    "grant_spent": ["insufficient_funds"],
    "balance_overflow": ["insufficient_funds", "ceiling_exceeded"],
    "insufficient_funds": ["past_floor", "ceiling_exceeded", "too_many_grants"],
    "past_floor": [],
    "ceiling_exceeded": ["too_many_grants"],
    "too_many_grants": [],
    "invalid_limits": [],
}
