import { createHmac } from "node:crypto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { signToken } from "../src/index.js";

const secret = "tell-nobody-of-this-one-of-ours!";

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_500 }));
afterEach(() => void vi.useRealTimers());

const part = (token: string, index: number) =>
  JSON.parse(Buffer.from(token.split(".")[index] ?? "", "base64url").toString());

test("a token names the person, ends, and is signed by HS256", () => {
  const token = signToken(42, { secret, expiresIn: 900 });
  expect(part(token, 0)).toEqual({ alg: "HS256", typ: "JWT" });
  expect(part(token, 1)).toEqual({ sub: "42", roles: [], iat: 1_700_000_000, exp: 1_700_000_900 });
  const [signed, signature] = [token.slice(0, token.lastIndexOf(".")), token.split(".")[2]];
  expect(signature).toBe(createHmac("sha256", secret).update(signed).digest("base64url"));
});

test("it has the roles, issuer, audience and claims that are given; no claim takes the place of these", () => {
  const claims = { candidateId: "c", sub: "43", exp: 9_999_999_999 };
  const token = signToken("42", {
    secret,
    expiresIn: 60,
    roles: ["admin"],
    issuer: "shop",
    audience: "groat",
    claims,
  });
  expect(part(token, 1)).toEqual({
    candidateId: "c",
    sub: "42",
    roles: ["admin"],
    iat: 1_700_000_000,
    exp: 1_700_000_060,
    iss: "shop",
    aud: "groat",
  });
});

test("its claims have the names that the server's settings give them", () => {
  const token = signToken("42", {
    secret,
    expiresIn: 60,
    roles: ["admin"],
    userClaim: "uid",
    rolesClaim: "groups",
  });
  expect(part(token, 1)).toEqual({
    uid: "42",
    groups: ["admin"],
    iat: 1_700_000_000,
    exp: 1_700_000_060,
  });
});

test.each([
  ["user", "", {}],
  ["user", "a b", {}],
  ["user", undefined, {}],
  ["roles", "42", { roles: ["a b"] }],
  ["roles", "42", { roles: Array(17).fill("admin") }],
  ["secret", "42", { secret: "" }],
  ["secret", "42", { secret: secret.slice(1) }],
  ["secret", "42", { secret: undefined }],
  ["expiresIn", "42", { expiresIn: 0 }],
  ["expiresIn", "42", { expiresIn: 1.5 }],
  ["expiresIn", "42", { expiresIn: undefined }],
])("a wrong %s is refused (%s, %o)", (_, user, options) => {
  expect(() => signToken(user as string, { secret, expiresIn: 60, ...options } as never)).toThrow(TypeError);
});
