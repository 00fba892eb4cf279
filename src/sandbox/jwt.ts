import { createHmac } from 'node:crypto';

/** A token as identity providers issue it: JSON in base64url, signed. Clients read `exp` from it. */
export function jwtOf(claims: Readonly<Record<string, unknown>>): string {
  const parts = [{ alg: 'HS256', typ: 'JWT' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const signed = parts.join('.');
  return `${signed}.${createHmac('sha256', 'key of the sandbox').update(signed).digest('base64url')}`;
}

/** 2100-01-01T00:00:00Z in seconds: the expiry of long-lived tokens that people create by hand. */
export const FAR_FUTURE = 4_102_444_800;
