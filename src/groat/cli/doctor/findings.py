"""The findings of ``groat doctor``: one table of codes, and the diagnosis that gathers them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import msgspec

from groat.ledger.errors import GroatError

Level = Literal["wrong", "note"]


class Code(NamedTuple):
    """A stable code: its meaning, the remedy, and whether it tells of something ``wrong`` or is a mere ``note``."""

    meaning: str
    remedy: str
    level: Level = "wrong"


CODES: dict[str, Code] = {
    # Settings.
    "setting_invalid": Code(
        "A value does not fit its setting.", "Give a value of the kind that the sentence names."
    ),
    "setting_unknown": Code("There is no setting of this name.", "See docs/operations.md for all names."),
    "config_not_found": Code("The settings file does not exist.", "Correct --config or GROAT_CONFIG."),
    "config_unreadable": Code(
        "The settings file cannot be read, or is not TOML.", "Correct the file or its rights."
    ),
    "variable_misspelt": Code(
        "A variable of the environment has nearly the name of a setting's.",
        "Correct its name: nothing reads it.",
        "note",
    ),
    "needs_postgres": Code(
        "A setting asks for what only PostgreSQL has.",
        "Set database to postgresql://..., or take the setting out.",
    ),
    "otel_missing": Code(
        "Traces are wanted, and their package is not installed.", "pip install 'groat[otel]'"
    ),
    "program_unusable": Code(
        "A program that the setting programs names does not load.",
        "Install its package, or take it out of programs.",
    ),
    "program_missing": Code(
        "Nodes have run a program on this database that the setting programs does not name.",
        "Name it in programs, or take it out of the database: groat program remove NAME.",
    ),
    "origin_malformed": Code(
        "An entry of origins is no origin, so it lets no page in.",
        "Write scheme, host and port as a browser shows them, without a path: https://app.example.",
    ),
    # Secrets.
    "secret_missing": Code("A secret that a server needs is not set.", "Make a random one and set it."),
    "secret_too_short": Code("A secret has less than 32 bytes.", "Make a random one and set it."),
    "secret_weak": Code("A secret can be guessed, or is the demo's.", "Make a random one and set it."),
    "secrets_equal": Code(
        "secret and jwt_secret are the same text.",
        "Give GROAT_SECRET a text of its own: the app that signs tokens must not know the one that guards sessions.",
    ),
    # Database.
    "database_address_wrong": Code(
        "The setting database is no address of a database.", "Set it to sqlite:///path.db or postgresql://..."
    ),
    "database_unreachable": Code(
        "The database cannot be opened.",
        "Check that it runs, and the host, port, name, user and password of the setting database.",
    ),
    "database_empty": Code(
        "There is no ledger at this address yet; it is wrong where a server runs, for that one uses another, and where"
        " migrate is off.",
        "groat migrate makes it, and so does groat serve at its start, unless migrate is off.",
        "note",
    ),
    "database_older": Code(
        "The database lacks migrations of this version; it is wrong where a server runs, and where migrate is off.",
        "groat migrate applies them, and so does groat serve at its start, unless migrate is off. Restart servers of an"
        " older version.",
        "note",
    ),
    "database_newer": Code(
        "A newer version of groat, or of a program, has migrated the database.", "Install that version here."
    ),
    "database_read_only": Code(
        "The database takes no writes.",
        "Give the address of the primary, and give the server's user the right to write to files and their folder.",
    ),
    "database_not_durable": Code(
        "The database may lose what it has acknowledged.",
        "Turn the named settings on: synchronous_commit, fsync and full_page_writes in PostgreSQL; SQLite needs"
        " journal_mode WAL and synchronous FULL, which groat sets itself where the file system can do it.",
    ),
    "database_pooled": Code(
        "A pooler, such as PgBouncer, stands between groat and PostgreSQL.",
        "groat works so, but prepares no statements, and without Redis workers hear of each other by polling. Give the"
        " setting database (in Django: DATABASE_URL) the address of PostgreSQL itself.",
        "note",
    ),
    "clock_leapt": Code(
        "The database's clock leapt ahead of the servers' own, and nothing falls due until staff confirm it.",
        "If the clock is right, groat clock confirm, or the console; if it is wrong, set it right first.",
    ),
    "order_held_up": Code(
        "A transaction has been open for more than 5 s, so an earlier batch than those that are read may yet come.",
        "End that session, or find out in its app why it keeps the transaction open: SELECT pg_terminate_backend(PID),"
        " or ROLLBACK PREPARED for a prepared one.",
        "note",
    ),
    "database_too_old": Code("PostgreSQL is older than version 15.", "Upgrade PostgreSQL."),
    "standby_not_synchronous": Code(
        "synchronous_standby says that a standby has all that was acknowledged, but the database waits for none.",
        "Set synchronous_standby_names in PostgreSQL, or take synchronous_standby out.",
    ),
    "redis_unreachable": Code(
        "The Redis of the setting redis cannot be used, so other nodes' commits show up to two seconds late.",
        "Check that it runs, its address and password, and that it is version 7 or newer.",
    ),
    # The server's place.
    "port_taken": Code(
        "Another program listens at host and port.",
        "End it, or choose another port with --port or GROAT_PORT.",
    ),
    "address_unavailable": Code(
        "Nothing can listen at host and port.",
        "Set host to an address of this machine, and port to one above 1023 or one that the server's user may use.",
    ),
    "server_not_running": Code("No server runs at host and port.", "Start one: groat serve.", "note"),
    "url_invalid": Code(
        "--url is no address of a server.", "Write it as https://host or http://host:port/prefix."
    ),
    "server_unreachable": Code(
        "The server at --url does not answer.",
        "Check name, port and firewall, and that server and proxy run.",
    ),
    "tls_untrusted": Code(
        "The server's certificate is not trusted, or it speaks no TLS at this port.",
        "Renew or correct the certificate with its whole chain; for one of your own set SSL_CERT_FILE.",
    ),
    "not_groat": Code(
        "Another program than groat answers.",
        "Correct --url, or the proxy's rules: what it answers itself does not come from groat.",
    ),
    "server_not_ready": Code(
        "The server takes no calls: it stops, or cannot reach its database.",
        "See its log; when it cannot reach its database, mend that first.",
    ),
    "server_degraded": Code(
        "The server works, but something is away that makes it slower.",
        "hints: mend Redis or the connection for NOTIFY. replica: mend the standby.",
    ),
    "server_other_version": Code(
        "The server is of another version than this command.",
        "Use the command of the server's installation.",
        "note",
    ),
    # Clocks.
    "clock_differs_from_server": Code(
        "The clocks of this machine and of the server, or of a proxy before it, differ.",
        "Set both by NTP: tokens expire too early or are not valid yet.",
    ),
    "clock_differs_from_database": Code(
        "The clocks of this machine and of PostgreSQL differ.", "Set both by NTP."
    ),
    # Proxies and origins.
    "proxy_not_trusted": Code(
        "A proxy stands before the server, and its X-Forwarded-* headers do not count: trusted_proxies is empty.",
        "Name the address from which the proxy connects in trusted_proxies (GROAT_TRUSTED_PROXIES). Without it all"
        " callers are one: sign-ins are braked by person only, bounds by address hit everybody, and session cookies are"
        " not Secure.",
    ),
    "forwarded_missing": Code(
        "The server takes calls by https for calls by http.",
        "Let the proxy send X-Forwarded-Proto and X-Forwarded-For, and name the address from which it connects in"
        " trusted_proxies. Without both, session cookies are not Secure.",
    ),
    "forwarded_forgeable": Code(
        "Callers can say themselves from where they come: the proxy passes their X-Forwarded-* headers on.",
        "Let the proxy replace these headers; nginx: proxy_set_header X-Forwarded-For $remote_addr;"
        " proxy_set_header X-Forwarded-Proto $scheme;",
    ),
    "host_not_passed": Code(
        "The server refuses its own pages, for the proxy does not pass the Host on that the browser sent.",
        "Let the proxy pass it on, with its port; nginx: proxy_set_header Host $http_host;",
    ),
    "origin_refused": Code(
        "Pages of the origin of --origin may not call.",
        "Add it to origins (GROAT_ORIGINS), exactly as the browser shows it, and restart the server.",
    ),
    # Tokens.
    "token_malformed": Code(
        "--token is no JSON Web Token.", "Give the token itself, three parts joined by dots."
    ),
    "token_is_api_key": Code(
        "--token is an API key, which opens no live connection.",
        "Give the token of a person; services follow over HTTP.",
    ),
    "token_wrong_algorithm": Code(
        "The token is signed in a way that the settings do not allow.",
        "Sign as jwt_algorithm says, or set jwt_algorithm (and jwt_jwks for RS256, ES256 and EdDSA).",
    ),
    "token_wrong_secret": Code(
        "The token's signature is not by jwt_secret.",
        "Give groat and the app that signs the same secret, byte by byte: GROAT_JWT_SECRET.",
    ),
    "token_unknown_key": Code(
        "The token is signed with a key that the JWKS does not have.",
        "Correct jwt_jwks, or let the issuer sign with a key that it publishes.",
    ),
    "keys_unavailable": Code("The keys of jwt_jwks cannot be read.", "Correct jwt_jwks, or mend its server."),
    "token_wrong_issuer": Code("The token's iss is not jwt_issuer.", "Correct jwt_issuer, or the issuer."),
    "token_wrong_audience": Code(
        "The token's aud is not jwt_audience.", "Correct jwt_audience, or the issuer."
    ),
    "token_expired": Code(
        "The token has expired.", "Get a new one. If it is new, set the clocks of issuer and server by NTP."
    ),
    "token_not_yet_valid": Code(
        "The token's nbf or iat lies in the future.", "Set the clocks of issuer and server by NTP."
    ),
    "token_no_expiry": Code(
        "The token has no exp.", "Let the issuer give tokens an end: exp, in seconds since 1970."
    ),
    "token_wrong_time": Code(
        "A time of the token is no number of seconds since 1970.",
        "Let the issuer write seconds, not milliseconds.",
    ),
    "token_no_user": Code(
        "No claim of the token names a person.", "Set jwt_user_claims to the claim that has the person's id."
    ),
    "token_bad_user": Code(
        "The claim that names the person holds no user id.",
        "Let the issuer write the person's id there, 1 to 64 letters, digits and . _ @ -, or set jwt_user_claims.",
    ),
    "token_bad_roles": Code(
        "The claim of the roles holds no roles.",
        "Let the issuer write a list of at most 16 names there, or set jwt_roles_claim.",
    ),
    "token_not_access": Code(
        "The token is a refresh or ID token, which opens nothing.", "Give the access token that came with it."
    ),
    "token_revoked": Code(
        "The token was revoked: its person was signed out or disabled, or its session ended.",
        "Sign in again; groat user enable lets a disabled person in again.",
    ),
    "token_refused": Code(
        "The server refuses the token.", "See the server's log for the setting that refuses it."
    ),
    "server_settings_differ": Code(
        "The server takes other tokens than the settings here do.",
        "Give server and command the same environment and settings file, and restart the server.",
    ),
    # Live connections.
    "live_token_missing": Code(
        "Live connections were not tried, for there is no token to try them with.",
        "Give --token, or the server's GROAT_JWT_SECRET.",
        "note",
    ),
    "live_not_tried": Code(
        "A live connection was not tried, for it would use up what connects_per_minute leaves to the person.",
        "Wait a minute, or leave --token out: then a person of the doctor's own connects.",
        "note",
    ),
    "websocket_blocked": Code(
        "Calls and long-polling arrive, but no WebSocket: a proxy does not pass it on.",
        "Let it pass Upgrade on; nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade;"
        ' proxy_set_header Connection "upgrade"; (deploy/nginx/groat-proxy.conf has it all).',
    ),
    "live_path_missing": Code(
        "The proxy does not lead the path of a live connection to groat.",
        "Lead /connection/websocket and /socket.io/ to groat, too.",
    ),
    "live_refused": Code(
        "A live connection is refused.", "Mend what the other findings say; see the server's log."
    ),
    "live_busy": Code(
        "The person has as many live connections as one may have, or has connected too often.",
        "Close some, or raise connections_per_user or connects_per_minute.",
    ),
    "live_cut": Code(
        "A live connection is cut before anything arrives.",
        "Raise the proxy's time-outs to more than 60 s, and see the server's log.",
    ),
    "live_silent": Code(
        "A live connection opens, but what the server sends does not arrive in time.",
        "Turn buffering off in the proxy (nginx: proxy_buffering off;), and look at the server's load.",
    ),
    "socketio_session_lost": Code(
        "Requests of one Socket.IO session reach nodes or workers that do not know it.",
        "Set node_address on every node to where the others reach it, and give all nodes one database and one secret.",
    ),
    "socketio_off": Code(
        "Socket.IO is turned off, or does not answer.", "Set socketio to true if pages use it.", "note"
    ),
    "socketio_namespace": Code(
        "The server has no such namespace of Socket.IO.", "Add it to socketio_namespaces of the server."
    ),
}
"""Every finding of the doctor has one of these codes."""


class Finding(msgspec.Struct, frozen=True):
    """One finding: in which check, its code and level, the sentence that says what is so here, and the remedy."""

    check: str
    code: str
    level: Level
    sentence: str
    remedy: str


class Passed(msgspec.Struct, frozen=True):
    """Something that was checked and is right."""

    check: str
    sentence: str


class Diagnosis:
    """Gathers what was checked, in order.

    ``tell`` is called with each entry as it comes; ``word`` puts a remedy in the words of those who read it.
    """

    def __init__(self, tell: Callable[[Finding | Passed], None], word: Callable[[str], str] = str) -> None:
        self._tell = tell
        self._word = word
        self._check = ""
        self.entries: list[Finding | Passed] = []

    @property
    def findings(self) -> list[Finding]:
        """Return what is wrong, and the notes."""
        return [each for each in self.entries if isinstance(each, Finding)]

    @property
    def is_well(self) -> bool:
        """Return whether nothing is wrong."""
        return not any(each.level == "wrong" for each in self.findings)

    def begin(self, check: str) -> None:
        """Name the check to which the next entries belong."""
        self._check = check

    def right(self, sentence: str) -> None:
        """Note that something is right."""
        self._add(Passed(self._check, sentence))

    def find(self, code: str, sentence: str = "", remedy: str = "", level: Level | None = None) -> None:
        """Note a finding; what is not given is the code's own."""
        known = CODES[code]
        finding = Finding(
            self._check,
            code,
            level or known.level,
            sentence or known.meaning,
            self._word(remedy or known.remedy),
        )
        if finding not in self.entries:
            self._add(finding)

    def find_error(self, error: GroatError, code: str = "") -> None:
        """Note an error of groat, whose text may say the remedy behind a semicolon."""
        sentence, _, remedy = error.detail.partition("; ")
        self.find(code or error.code, sentence, remedy[:1].upper() + remedy[1:])

    def has(self, *codes: str) -> bool:
        """Return whether one of these was found."""
        return any(each.code in codes for each in self.findings)

    def _add(self, entry: Finding | Passed) -> None:
        self.entries.append(entry)
        self._tell(entry)
