"""Tokens: which are let in, and with which code the others are not."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from groat.identity import Identity, IdentityError, Unauthorized
from groat.identity.tokens import Tokens
from groat.settings import Settings, SettingsError, TrustedIssuer

SECRET = "s" * 40
NOW = int(time.time())
# The whole run may take a while between reading this file and its tests.
LATER = NOW + 86_400
RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()
PUBLIC: dict[str, Any] = {"RS256": RSA, "ES256": EC, "EdDSA": ED}


def hs256(claims: dict[str, Any] | None = None, secret: str = SECRET, **headers: Any) -> str:
    claims = {"sub": "42", "iat": NOW, "exp": LATER} if claims is None else claims
    return jwt.encode(claims, secret, algorithm="HS256", headers=headers or None)


def raw(header: Any, claims: Any, secret: str = SECRET) -> str:
    """A token made by hand, for what no library would make."""

    def part(value: Any) -> bytes:
        text = value if isinstance(value, bytes) else json.dumps(value).encode()
        return base64.urlsafe_b64encode(text).rstrip(b"=")

    return signed(part(header).decode() + "." + part(claims).decode(), secret)


def signed(parts: str, secret: str = SECRET) -> str:
    """A token of these parts, whatever they are, with a signature that fits."""
    signature = base64.urlsafe_b64encode(hmac.digest(secret.encode(), parts.encode(), hashlib.sha256))
    return f"{parts}.{signature.decode().rstrip('=')}"


def jwk(algorithm: str, kid: str) -> dict[str, Any]:
    key: Any = jwt.get_algorithm_by_name(algorithm).to_jwk(PUBLIC[algorithm].public_key(), as_dict=True)
    return {**key, "kid": kid, "use": "sig"}


def write(path: Path, *keys: dict[str, Any]) -> Path:
    path.write_text(json.dumps({"keys": keys}))
    return path


@pytest.fixture
def jwks(tmp_path: Path) -> Path:
    return write(tmp_path / "jwks.json", *[jwk(algorithm, f"key-{algorithm}") for algorithm in PUBLIC])


async def refused(tokens: Tokens, token: str) -> str:
    with pytest.raises(Unauthorized) as caught:
        await tokens.read(token)
    assert caught.value.status == 401
    return caught.value.code


async def test_a_good_token_names_its_bearer() -> None:
    token = hs256({"sub": "42", "roles": ["admin", "b"], "iat": NOW, "exp": LATER})
    identity = await Tokens(Settings(jwt_secret=SECRET)).read(token)
    assert identity == Identity("user:42", "42", frozenset({"admin", "b"}), LATER, NOW)


async def test_what_groat_issues_it_reads() -> None:
    settings = Settings(jwt_secret=SECRET, jwt_issuer="me", jwt_audience="you", jwt_user_claims=("uid",))
    tokens = Tokens(settings)
    identity = await tokens.read(tokens.issue("42", ("b", "a"), LATER - NOW, NOW))
    assert identity == Identity("user:42", "42", frozenset({"a", "b"}), LATER, NOW)


@pytest.mark.parametrize(
    ("claims", "of_settings", "user"),
    [
        ({"sub": "login-9", "candidateId": 42}, {}, "42"),
        ({"sub": "login-9"}, {}, "login-9"),
        ({"candidateId": "42"}, {}, "42"),
        # The setting decides which claims may name a person at all.
        ({"sub": "login-9", "candidateId": "42"}, {"jwt_user_claims": ("sub",)}, "login-9"),
    ],
)
async def test_a_claim_that_a_program_reads_first(
    claims: dict[str, Any], of_settings: dict[str, Any], user: str
) -> None:
    token = hs256({**claims, "exp": LATER})
    settings = Settings(jwt_secret=SECRET, **of_settings)
    assert (await Tokens(settings, ("candidateId",)).read(token)).user == user
    # Tokens of groat's own keep their claim.
    tokens = Tokens(settings, ("candidateId",))
    assert (await tokens.read(tokens.issue("7", (), LATER - NOW, NOW))).user == "7"
    assert (await Tokens(settings).read(token)).user == ("login-9" if "sub" in claims else "42")


BAD = {
    "nothing": ("", "token_invalid"),
    "nonsense": ("nonsense", "token_invalid"),
    "not latin": ("é.é.é", "token_invalid"),
    "too long": ("a" * 10_000, "token_invalid"),
    "alg none": (
        raw({"alg": "none"}, {"sub": "42", "exp": LATER}).rpartition(".")[0] + ".",
        "token_invalid",
    ),
    "alg None": (raw({"alg": "None"}, {"sub": "42", "exp": LATER}), "token_invalid"),
    "no alg": (raw({}, {"sub": "42", "exp": LATER}), "token_invalid"),
    "alg is a list": (raw({"alg": ["HS256"]}, {"sub": "42", "exp": LATER}), "token_invalid"),
    "another HMAC": (
        jwt.encode({"sub": "42", "exp": LATER}, "s" * 64, algorithm="HS512"),
        "token_invalid",
    ),
    "wrong key": (hs256(secret="x" * 40), "token_invalid"),
    "changed": (hs256()[:-2] + "AA", "token_invalid"),
    "critical extension": (hs256(crit=["b64"], b64=False), "token_invalid"),
    "expired": (hs256({"sub": "42", "exp": NOW - 1}), "token_expired"),
    "not yet": (hs256({"sub": "42", "exp": LATER, "nbf": LATER - 60}), "token_not_yet_valid"),
    "no exp": (hs256({"sub": "42"}), "token_invalid"),
    "exp is text": (raw({"alg": "HS256"}, {"sub": "42", "exp": "soon"}), "token_invalid"),
    "exp is infinite": (raw({"alg": "HS256"}, b'{"sub":"42","exp":Infinity}'), "token_invalid"),
    "iat is infinite": (
        raw({"alg": "HS256"}, b'{"sub":"42","exp":%d,"iat":1e999}' % (LATER)),
        "token_invalid",
    ),
    "exp is beyond all calendars": (
        raw({"alg": "HS256"}, b'{"sub":"42","exp":1%s}' % (b"0" * 309)),
        "token_invalid",
    ),
    "exp in milliseconds": (hs256({"sub": "42", "exp": LATER * 1000}), "token_invalid"),
    "iat in milliseconds": (hs256({"sub": "42", "exp": LATER, "iat": NOW * 1000}), "token_invalid"),
    "iat in an hour": (hs256({"sub": "42", "exp": LATER, "iat": NOW + 7200}), "token_not_yet_valid"),
    "iat is text": (raw({"alg": "HS256"}, {"sub": "42", "exp": LATER, "iat": str(NOW)}), "token_invalid"),
    "iat is true": (raw({"alg": "HS256"}, {"sub": "42", "exp": LATER, "iat": True}), "token_invalid"),
    "SimpleJWT's refresh token": (
        hs256({"token_type": "refresh", "exp": LATER, "iat": NOW, "jti": "c0ffee", "user_id": 42}),
        "token_type_refused",
    ),
    "SimpleJWT's sliding token": (
        hs256({"token_type": "sliding", "exp": LATER, "user_id": 42}),
        "token_type_refused",
    ),
    "Keycloak's refresh token": (hs256({"typ": "Refresh", "exp": LATER, "sub": "42"}), "token_type_refused"),
    "Keycloak's ID token": (hs256({"typ": "ID", "exp": LATER, "sub": "42"}), "token_type_refused"),
    "Cognito's ID token": (hs256({"token_use": "id", "exp": LATER, "sub": "42"}), "token_type_refused"),
    "Flask's refresh token": (hs256({"type": "refresh", "exp": LATER, "sub": "42"}), "token_type_refused"),
    "a type that is a list": (
        hs256({"token_type": ["access"], "exp": LATER, "sub": "42"}),
        "token_type_refused",
    ),
    "a type that is null": (hs256({"token_type": None, "exp": LATER, "sub": "42"}), "token_type_refused"),
    "access in one claim, refresh in another": (
        hs256({"token_type": "access", "typ": "refresh", "exp": LATER, "sub": "42"}),
        "token_type_refused",
    ),
    "a logout token by its header": (hs256(typ="logout+jwt"), "token_type_refused"),
    "claims are a list": (raw({"alg": "HS256"}, [1]), "token_invalid"),
    "deep header": (raw(b"[" * 5000, {}), "token_invalid"),
    "header is a list": (raw([1], {"sub": "42", "exp": LATER}), "token_invalid"),
    "junk in the header": (signed("!" + hs256().rpartition(".")[0]), "token_invalid"),
    "kid is a number": (raw({"alg": "HS256", "kid": 7}, {"sub": "42", "exp": LATER}), "token_invalid"),
    "no user": (hs256({"exp": LATER}), "token_invalid"),
    "user is a list": (hs256({"sub": ["42"], "exp": LATER}), "token_invalid"),
    "user is true": (hs256({"user_id": True, "exp": LATER}), "token_invalid"),
    "user is a float": (hs256({"user_id": 4.5, "exp": LATER}), "token_invalid"),
    "user is empty": (hs256({"sub": "", "exp": LATER}), "token_invalid"),
    "user is a path": (hs256({"sub": "42:commissions", "exp": LATER}), "token_invalid"),
    "user with a newline": (hs256({"sub": "42\n", "exp": LATER}), "token_invalid"),
    "roles are numbers": (hs256({"sub": "42", "exp": LATER, "roles": 5}), "token_invalid"),
    "role with a colon": (hs256({"sub": "42", "exp": LATER, "roles": ["a:b"]}), "token_invalid"),
    "too many roles": (
        hs256({"sub": "42", "exp": LATER, "roles": [f"r{n}" for n in range(17)]}),
        "token_invalid",
    ),
}


@pytest.mark.parametrize("name", BAD)
async def test_bad_tokens(name: str) -> None:
    token, code = BAD[name]
    assert await refused(Tokens(Settings(jwt_secret=SECRET)), token) == code


@pytest.mark.parametrize(
    "claims", [{"token_type": "access"}, {"typ": "Bearer"}, {"token_use": "access"}, {"type": "b2b"}]
)
@pytest.mark.parametrize("header", [{}, {"typ": "at+jwt"}, {"typ": "application/at+JWT"}])
async def test_access_tokens_of_known_issuers_are_let_in(
    claims: dict[str, Any], header: dict[str, Any]
) -> None:
    token = hs256({"sub": "42", "exp": LATER, **claims}, **header)
    assert (await Tokens(Settings(jwt_secret=SECRET)).read(token)).user == "42"


async def test_an_issuer_whose_clock_is_a_little_ahead_locks_nobody_out() -> None:
    token = hs256({"sub": "42", "exp": LATER, "iat": int(time.time()) + 30})
    assert (await Tokens(Settings(jwt_secret=SECRET)).read(token)).user == "42"


@pytest.mark.parametrize(
    ("claims", "user"),
    [
        ({"sub": "a", "id": "b"}, "a"),
        ({"candidateId": 7}, "7"),
        ({"user_id": "x.y@z|w-1"}, "x.y@z|w-1"),
        ({"id": 12345678901234567890}, "12345678901234567890"),
    ],
)
async def test_claim_names_are_tried_in_their_order(claims: dict[str, Any], user: str) -> None:
    identity = await Tokens(Settings(jwt_secret=SECRET)).read(hs256({**claims, "exp": LATER}))
    assert identity.user == user


@pytest.mark.parametrize("roles", ["admin support", "support,admin", ["support", "admin", "admin"]])
async def test_roles_may_be_text_or_list(roles: Any) -> None:
    settings = Settings(jwt_secret=SECRET, jwt_roles_claim="groups")
    identity = await Tokens(settings).read(hs256({"sub": "42", "groups": roles, "exp": LATER}))
    assert identity.roles == {"admin", "support"}


async def test_issuer_and_audience_count_when_configured() -> None:
    tokens = Tokens(Settings(jwt_secret=SECRET, jwt_issuer="idp", jwt_audience="groat"))
    good = {"sub": "42", "exp": LATER, "iss": "idp", "aud": ["x", "groat"]}
    assert (await tokens.read(hs256(good))).user == "42"
    for wrong in ({"iss": "other"}, {"aud": "other"}, {"iss": ["idp"]}, {"iss": None}, {"aud": None}):
        claims = {name: value for name, value in {**good, **wrong}.items() if value is not None}
        assert await refused(tokens, raw({"alg": "HS256"}, claims)) == "token_invalid", wrong
    # Where nothing is configured, nothing is asked.
    assert (await Tokens(Settings(jwt_secret=SECRET)).read(hs256(good))).user == "42"


@pytest.mark.parametrize("algorithm", PUBLIC)
async def test_public_keys_come_from_a_jwks(jwks: Path, algorithm: str) -> None:
    tokens = Tokens(Settings(secret=SECRET, jwt_jwks=str(jwks)))
    claims = {"sub": "42", "exp": LATER}
    key: Any = PUBLIC[algorithm]
    good = jwt.encode(claims, key, algorithm=algorithm, headers={"kid": f"key-{algorithm}"})
    assert (await tokens.read(good)).user == "42"
    other = next(name for name in PUBLIC if name != algorithm)
    for header in ({"kid": "unknown"}, {"kid": f"key-{other}"}, {}):
        token = jwt.encode(claims, key, algorithm=algorithm, headers=header)
        assert await refused(tokens, token) == "token_invalid", header


async def test_a_public_key_never_passes_as_a_secret(jwks: Path) -> None:
    """The classic confusion: HMAC over the text of the public key (CVE-2016-5431 and its kin)."""
    tokens = Tokens(Settings(secret=SECRET, jwt_secret="t" * 40, jwt_jwks=str(jwks)))
    public = RSA.public_key()
    for text in (
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        json.dumps(jwk("RS256", "key-RS256")),
        "",
    ):
        header = {"alg": "HS256", "kid": "key-RS256"}
        assert await refused(tokens, raw(header, {"sub": "42", "exp": LATER}, text)) == "token_invalid"


@pytest.mark.parametrize("form", ["PEM", "JWK"])
async def test_a_public_key_that_was_configured_as_the_secret_lets_nobody_in(form: str) -> None:
    public = RSA.public_key()
    secret = {
        "PEM": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        "JWK": json.dumps(jwk("RS256", "key-RS256")),
    }[form]
    token = raw({"alg": "HS256"}, {"sub": "42", "exp": LATER}, secret)
    assert await refused(Tokens(Settings(jwt_secret=secret)), token) == "token_invalid"


async def test_with_a_jwks_alone_only_the_server_itself_signs_with_its_secret(jwks: Path) -> None:
    tokens = Tokens(Settings(secret=SECRET, jwt_jwks=str(jwks)))
    assert (await tokens.read(tokens.issue("42", (), LATER - NOW, NOW))).user == "42"
    assert await refused(tokens, hs256(secret="x" * 40)) == "token_invalid"


async def test_without_any_key_nothing_is_let_in() -> None:
    assert (
        await refused(Tokens(Settings()), raw({"alg": "HS256"}, {"sub": "42", "exp": LATER}, ""))
        == "token_invalid"
    )


async def test_keys_rotate_but_are_not_read_for_every_stranger(
    jwks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = Tokens(Settings(secret=SECRET, jwt_jwks=str(jwks)))
    claims = {"sub": "42", "exp": LATER}
    old = jwt.encode(claims, ED, algorithm="EdDSA", headers={"kid": "key-EdDSA"})
    new = jwt.encode(claims, ED, algorithm="EdDSA", headers={"kid": "new"})
    assert (await tokens.read(old)).user == "42"
    write(jwks, jwk("EdDSA", "new"))
    assert await refused(tokens, new) == "token_invalid"
    monkeypatch.setattr("groat.identity.tokens.JWKS_REFRESH_S", -1.0)
    assert (await tokens.read(new)).user == "42"
    assert await refused(tokens, old) == "token_invalid"


async def test_an_issuer_that_is_away_is_asked_again_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "jwks.json"
    tokens = Tokens(Settings(secret=SECRET, jwt_jwks=str(path)))
    token = jwt.encode({"sub": "42", "exp": LATER}, ED, algorithm="EdDSA", headers={"kid": "a"})
    for _ in range(2):
        with pytest.raises(IdentityError):
            await tokens.read(token)
        write(path, jwk("EdDSA", "a"))
    monkeypatch.setattr("groat.identity.tokens.JWKS_RETRY_S", 0.0)
    assert (await tokens.read(token)).user == "42"


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"keys":[1]}', '{"keys":[{"kty":"RSA","n":"!"}]}', None]
)
async def test_a_broken_jwks_says_so(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "jwks.json"
    if content is not None:
        path.write_text(content)
    token = jwt.encode({"sub": "42", "exp": LATER}, ED, algorithm="EdDSA", headers={"kid": "a"})
    with pytest.raises(IdentityError) as caught:
        await Tokens(Settings(secret=SECRET, jwt_jwks=str(path))).read(token)
    assert (caught.value.code, caught.value.status) == ("keys_unavailable", 503)


def entry(private: Any, algorithm: str, **more: Any) -> dict[str, Any]:
    key: Any = jwt.get_algorithm_by_name(algorithm).to_jwk(private.public_key(), as_dict=True)
    return {**key, "kid": "a", **more}


UNFIT: dict[str, tuple[Any, str, dict[str, Any]]] = {
    "it encrypts": (RSA, "RS256", {"use": "enc"}),
    "it only encrypts": (RSA, "RS256", {"key_ops": ["encrypt"]}),
    "it only signs": (RSA, "RS256", {"key_ops": ["sign"]}),
    "it is for another algorithm": (RSA, "RS256", {"alg": "PS256"}),
    "it is too short": (rsa.generate_private_key(65537, 1024), "RS256", {}),
    "it is of another curve": (ec.generate_private_key(ec.SECP384R1()), "ES384", {}),
    "it was published with its private part": (RSA, "RS256", {"d": "AQAB"}),
}


@pytest.mark.parametrize("name", UNFIT)
async def test_a_key_that_is_not_for_tokens_lets_nobody_in(tmp_path: Path, name: str) -> None:
    private, algorithm, more = UNFIT[name]
    path = write(tmp_path / "jwks.json", entry(private, algorithm, **more), jwk("EdDSA", "b"))
    # Signed by hand, for the library refuses to use some of these keys.
    signed = raw(
        {"alg": "RS256" if algorithm == "RS256" else "ES256", "kid": "a"}, {"sub": "42", "exp": LATER}
    )
    signed = signed.rpartition(".")[0]
    if algorithm == "RS256":
        signature = private.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    else:
        signature = private.sign(signed.encode(), ec.ECDSA(hashes.SHA256()))
    token = f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
    assert await refused(Tokens(Settings(secret=SECRET, jwt_jwks=str(path))), token) == "token_invalid"


ODD: dict[str, Any] = {
    "no object": 1,
    "no kind": {"kid": "x"},
    "a kind that is a list": {"kty": ["RSA"], "kid": "x"},
    "broken numbers": {"kty": "RSA", "kid": "x", "n": "!", "e": "AQAB"},
    "operations that are a number": {"kty": "RSA", "kid": "x", "key_ops": 5},
    "a kind nobody knows": {"kty": "LWE", "kid": "x"},
    "a point off the curve": {"kty": "EC", "crv": "P-256", "x": "AQ", "y": "AQ"},
}


@pytest.mark.parametrize("name", ODD)
async def test_an_odd_key_among_good_ones_locks_nobody_out(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "jwks.json", ODD[name], jwk("EdDSA", "b"))
    token = jwt.encode({"sub": "42", "exp": LATER}, ED, algorithm="EdDSA", headers={"kid": "b"})
    assert (await Tokens(Settings(secret=SECRET, jwt_jwks=str(path))).read(token)).user == "42"


async def test_a_jwks_that_nests_without_end_is_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "jwks.json"
    path.write_text('{"keys":' + "[" * 100_000)
    token = jwt.encode({"sub": "42", "exp": LATER}, ED, algorithm="EdDSA", headers={"kid": "b"})
    with pytest.raises(IdentityError) as caught:
        await Tokens(Settings(secret=SECRET, jwt_jwks=str(path))).read(token)
    assert caught.value.code == "keys_unavailable"


async def test_keys_of_two_kinds_may_share_a_name(tmp_path: Path) -> None:
    path = write(tmp_path / "jwks.json", jwk("RS256", "a"), jwk("EdDSA", "a"))
    tokens = Tokens(Settings(secret=SECRET, jwt_jwks=str(path)))
    for algorithm in ("RS256", "EdDSA"):
        key: Any = PUBLIC[algorithm]
        token = jwt.encode({"sub": "42", "exp": LATER}, key, algorithm=algorithm, headers={"kid": "a"})
        assert (await tokens.read(token)).user == "42"


async def test_a_withdrawn_key_ends_though_nobody_brings_an_unknown_one(
    jwks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = Tokens(Settings(secret=SECRET, jwt_jwks=str(jwks)))
    token = jwt.encode({"sub": "42", "exp": LATER}, ED, algorithm="EdDSA", headers={"kid": "key-EdDSA"})
    assert (await tokens.read(token)).user == "42"
    write(jwks, jwk("RS256", "key-RS256"))
    assert (await tokens.read(token)).user == "42"
    monkeypatch.setattr("groat.identity.tokens.JWKS_AGE_S", -1.0)
    assert await refused(tokens, token) == "token_invalid"
    assert tokens.withdrawn == 1


async def test_known_keys_outlast_an_issuer_that_is_away_but_not_for_ever(
    jwks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = Tokens(Settings(secret=SECRET, jwt_jwks=str(jwks)))
    token = jwt.encode({"sub": "42", "exp": LATER}, ED, algorithm="EdDSA", headers={"kid": "key-EdDSA"})
    assert (await tokens.read(token)).user == "42"
    await asyncio.to_thread(jwks.unlink)
    monkeypatch.setattr("groat.identity.tokens.JWKS_AGE_S", -1.0)
    assert (await tokens.read(token)).user == "42"
    monkeypatch.setattr("groat.identity.tokens.JWKS_AGE_S_MAX", -1.0)
    with pytest.raises(IdentityError):
        await tokens.read(token)


OTHER = "o7-only-for-tests-Wm4xT1zR9kLc6Vb2Nq8Js5Hd"


def other(**claims: Any) -> str:
    """A token of another issuer."""
    return jwt.encode({"who": 5, "kind": "access", "exp": 4_000_000_000} | claims, OTHER)


async def test_tokens_of_further_issuers_are_let_in_by_their_own_rules() -> None:
    issuer = TrustedIssuer(key=OTHER, user_claim="who", type_claim="kind", issuer="shop", audience=("web",))
    tokens = Tokens(Settings(jwt_secret=SECRET, issuers=(issuer,)))
    whole = {"iss": "shop", "aud": ["web", "app"]}
    identity = await tokens.read(other(**whole, roles=["admin"]))
    assert (identity.principal, identity.roles) == ("user:5", frozenset())
    assert (await tokens.read(hs256())).user == "42"
    assert await refused(tokens, other()) == "token_invalid"
    assert await refused(tokens, other(**whole | {"aud": "other"})) == "token_invalid"
    assert await refused(tokens, other(**whole, kind="refresh")) == "token_type_refused"
    assert (
        await refused(tokens, jwt.encode({"who": 5, "exp": 4_000_000_000, **whole}, OTHER))
        == "token_type_refused"
    )
    assert await refused(tokens, other(**whole, exp=1)) == "token_expired"
    assert await refused(tokens, hs256(secret="x" * 40)) == "token_invalid"


async def test_a_further_issuer_may_name_roles_and_have_a_slow_clock() -> None:
    issuer = TrustedIssuer(key=OTHER, user_claim="who", roles_claim="groups", leeway_s=30)
    tokens = Tokens(Settings(jwt_secret=SECRET, issuers=(TrustedIssuer(key="y" * 40), issuer)))
    identity = await tokens.read(other(groups="support", exp=int(time.time()) - 5))
    assert identity.roles == frozenset({"support"})


def test_a_key_that_its_algorithm_cannot_use_is_told_without_it() -> None:
    with pytest.raises(SettingsError) as caught:
        Tokens(Settings(issuers=(TrustedIssuer(algorithm="RS256", key="no PEM"),)))
    assert (caught.value.code, "no PEM" in caught.value.detail) == ("setting_invalid", False)
