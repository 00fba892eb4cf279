import { createHash, timingSafeEqual } from 'node:crypto';
import type { AccessKey } from '../../config/access.ts';
import type { CallerIdentity } from './access.ts';
import { bearerToken } from './bearer.ts';
import { Denied } from './denied.ts';

/**
 * Authenticates callers by keys. Only hashes are kept, and each is compared in constant time, so that timing reveals
 * nothing.
 */
export function knowsByKey(keys: readonly AccessKey[]): (authorization: string | null) => CallerIdentity {
  const known = keys.map(({ sha256, name, roles }) => ({
    hash: Buffer.from(sha256, 'hex'),
    identity: { caller: name, roles, expiresAt: null },
  }));
  return (authorization) => {
    const hash = createHash('sha256').update(bearerToken(authorization)).digest();
    const matching = known.filter((key) => timingSafeEqual(key.hash, hash));
    const [found] = matching;
    if (found === undefined) throw new Denied(401, 'The key is not known.');
    return found.identity;
  };
}
