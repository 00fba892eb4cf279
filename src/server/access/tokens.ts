import { errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from 'jose';
import type { TokenSettings } from '../../config/access.ts';
import type { CallerIdentity } from './access.ts';
import { bearerToken } from './bearer.ts';
import { Denied } from './denied.ts';
import { issuerKeys } from './issuer-keys.ts';
import type { OnUnreadKeys } from './issuer-keys.ts';

/** Clients are told to come again after this, and until then the issuer is not asked again. */
const RETRY_AFTER_SECONDS = 5;

/** The latest expiry of a token, in seconds since 1970, whatever the token states: the limit of dates in JavaScript. */
const LONGEST_LIFE_SECONDS = 8_640_000_000_000;

/** Most keys that a token without the name of its key is tried with: an issuer has two or three. */
const MOST_TRIED_KEYS = 10;

/** Authenticates callers by signed tokens (JWT, RFC 7519) of one issuer. */
export function knowsByToken(
  settings: TokenSettings,
  onUnreadKeys: OnUnreadKeys,
): (authorization: string | null) => Promise<CallerIdentity> {
  const { issuer, audience, algorithms, rolesClaim, clockToleranceMilliseconds } = settings;
  const keys = issuerKeys(settings.jwks, RETRY_AFTER_SECONDS * 1_000, onUnreadKeys);
  const wanted = {
    issuer,
    audience,
    algorithms: [...algorithms],
    clockTolerance: clockToleranceMilliseconds / 1_000,
    requiredClaims: ['exp', 'sub'],
  };
  return async (authorization) => {
    const token = bearerToken(authorization);
    let payload: JWTPayload;
    try {
      payload = await verified(token, keys, wanted);
    } catch (error) {
      throw denied(error);
    }
    const { sub = '', exp = 0 } = payload;
    const seconds = Math.min(exp, LONGEST_LIFE_SECONDS) + wanted.clockTolerance;
    return { caller: sub.slice(0, 200), roles: rolesIn(payload, rolesClaim), expiresAt: seconds * 1_000 };
  };
}

async function verified(token: string, keys: JWTVerifyGetKey, wanted: JWTVerifyOptions): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, keys, wanted)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    return verifiedByAny(token, error, wanted);
  }
}

/** A token that does not name its key ("kid") may be signed with any of the issuer's keys. */
async function verifiedByAny(
  token: string,
  keys: InstanceType<typeof errors.JWKSMultipleMatchingKeys>,
  wanted: JWTVerifyOptions,
): Promise<JWTPayload> {
  let tried = 0;
  for await (const key of keys) {
    tried += 1;
    if (tried > MOST_TRIED_KEYS) break;
    try {
      return (await jwtVerify(token, key, wanted)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
}

/** Describes the problem in our own words: the library's message may quote the token. */
function denied(error: unknown): Denied {
  if (error instanceof errors.JWTExpired) return new Denied(401, 'The token has expired.');
  if (error instanceof errors.JWTClaimValidationFailed) return new Denied(401, claimMessage(error));
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return new Denied(401, 'The token is signed with an algorithm that is not taken.');
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return new Denied(401, "The token's signature is not the issuer's.");
  }
  if (error instanceof errors.JWKSNoMatchingKey) {
    return new Denied(401, 'The token is signed with a key that the issuer does not publish.');
  }
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) {
    return new Denied(401, 'The token is not a signed JWT.');
  }
  if (error instanceof errors.JOSENotSupported) {
    return new Denied(401, 'The token needs an extension, or a kind of key, that is not taken.');
  }
  // The issuer's keys cannot be fetched, or are not valid.
  return new Denied(503, "The issuer's keys can't be read now.", RETRY_AFTER_SECONDS);
}

const CLAIMS: Readonly<Record<string, string>> = {
  iss: 'The token is of another issuer.',
  aud: 'The token is for another audience.',
  nbf: 'The token is not valid yet.',
  sub: 'The token has no subject ("sub").',
  exp: 'The token has no end ("exp").',
};

function claimMessage({ claim }: InstanceType<typeof errors.JWTClaimValidationFailed>): string {
  return (Object.hasOwn(CLAIMS, claim) ? CLAIMS[claim] : undefined) ?? 'A claim of the token is not what it must be.';
}

/** The role names in a claim: a list of strings, or one string separated by spaces. */
function rolesIn(payload: JWTPayload, claim: string): readonly string[] {
  const value = Object.hasOwn(payload, claim) ? payload[claim] : claim.split('.').reduce<unknown>(propertyOf, payload);
  if (typeof value === 'string') return value.split(' ').filter((name) => name !== '');
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}

function propertyOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
