/** Tokens for front ends, as the server reads them: JSON Web Tokens by HS256. */
import { createHmac } from "node:crypto";

export interface TokenOptions {
  /** The secret that the server has as `GROAT_JWT_SECRET`. */
  secret: string;
  /** The number of seconds that the token is valid from now; 900 is a good choice, for a page gets a new one by itself. */
  expiresIn: number;
  /** The roles that the person has, such as `["admin"]`. */
  roles?: readonly string[];
  /** The server's setting `jwt_issuer`, where it is set. */
  issuer?: string;
  /** The server's setting `jwt_audience`, where it is set. */
  audience?: string;
  /** The claim that names the person, `sub` by default: one of the server's setting `jwt_user_claims`. */
  userClaim?: string;
  /** The claim that lists the roles, `roles` by default: the server's setting `jwt_roles_claim`. */
  rolesClaim?: string;
  /** Further claims. */
  claims?: Readonly<Record<string, unknown>>;
}

const SECRET_BYTES_MIN = 32;
const ROLES_MAX = 16;
const NAME = /^[A-Za-z0-9._@|-]{1,64}$/;

/**
 * Sign a token with which a page acts as a person. Throws TypeError for a person, role, secret or time that the server would
 * refuse.
 */
export function signToken(user: string | number, options: TokenOptions): string {
  const { secret, expiresIn, roles = [], issuer, audience, claims } = options;
  const { userClaim = "sub", rolesClaim = "roles" } = options;
  const person = Number.isSafeInteger(user) ? String(user) : user;
  if (typeof secret !== "string" || Buffer.byteLength(secret) < SECRET_BYTES_MIN)
    throw new TypeError(`secret is the server's GROAT_JWT_SECRET, of at least ${SECRET_BYTES_MIN} bytes`);
  if (!Number.isSafeInteger(expiresIn) || expiresIn <= 0)
    throw new TypeError("expiresIn is a whole number of seconds above 0, such as 900");
  if (roles.length > ROLES_MAX) throw new TypeError(`roles are at most ${ROLES_MAX}`);
  for (const name of [person, ...roles])
    if (typeof name !== "string" || !NAME.test(name))
      throw new TypeError(`${JSON.stringify(name)} is not 1 to 64 of A-Z a-z 0-9 . _ @ | -`);
  const iat = Math.floor(Date.now() / 1_000);
  const issued = { ...(issuer && { iss: issuer }), ...(audience && { aud: audience }) };
  const said = { [userClaim]: person, [rolesClaim]: roles };
  const payload = { ...claims, ...said, iat, exp: iat + expiresIn, ...issued };
  const signed = [{ alg: "HS256", typ: "JWT" }, payload].map(encoded).join(".");
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
