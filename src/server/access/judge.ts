import type { AccessSettings } from '../../config/access.ts';
import type { Federation } from '../../federation/api.ts';
import { mayAnything, Policies } from './access.ts';
import type { Access, Identity } from './access.ts';
import { Denied } from './denied.ts';
import { knowsByKey } from './keys.ts';
import { knowsByToken } from './tokens.ts';

/** Says what the bearer of an `Authorization` may see. Throws `Denied`. */
export type Judge = (authorization: string | null) => Promise<Access>;

const ANYBODY: Identity = { caller: null, roles: [], expiresAt: null };

export function createJudge(settings: AccessSettings, federation: Federation): Judge {
  const policies = new Policies(federation, settings.type === 'none' ? null : settings.roles);
  const know = knowledge(settings);
  return async (authorization) => {
    const access = policies.accessOf(await know(authorization), authorization);
    if (!mayAnything(access)) throw new Denied(403, 'You have no role that this service knows.');
    return access;
  };
}

function knowledge(settings: AccessSettings): (authorization: string | null) => Identity | Promise<Identity> {
  switch (settings.type) {
    case 'none':
      return () => ANYBODY;
    case 'keys':
      return knowsByKey(settings.keys);
    case 'jwt':
      return knowsByToken(settings);
  }
}
