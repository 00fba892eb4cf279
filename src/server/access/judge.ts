import { isDeepStrictEqual } from 'node:util';
import type { AccessSettings, Roles } from '../../config/access.ts';
import type { Federation } from '../../federation/api.ts';
import { mayAnything, Policies } from './access.ts';
import type { Access, Identity } from './access.ts';
import { Denied } from './denied.ts';
import { knowsByKey } from './keys.ts';
import { knowsByToken } from './tokens.ts';

/** Says what the bearer of an `Authorization` may see. Throws `Denied`. */
export type Judge = (authorization: string | null) => Promise<Access>;

/** A judge whose rules may change. */
export interface Court {
  readonly judge: Judge;
  /**
   * Judges by these rules from now on, and lets everybody see these sources. Who is under way is judged again where the rules are
   * not what they were; those who are denied, or may do something else now, are called back (`Access.whenWithdrawn`).
   */
  turnTo(settings: AccessSettings, federation: Federation): Promise<void>;
}

const ANYBODY: Identity = { caller: null, roles: [], expiresAt: null };

interface Watched {
  readonly authorization: string | null;
  readonly rights: string;
  readonly over: () => void;
}

export function createCourt(first: AccessSettings, federation: Federation): Court {
  const watched = new Set<Watched>();
  const policies = new Policies(federation, rolesOf(first), (authorization, rights, over) => {
    const entry = { authorization, rights, over };
    watched.add(entry);
    return () => void watched.delete(entry);
  });
  let settings = first;
  let know = knowledge(settings);

  async function isAsItWas({ authorization, rights }: Watched): Promise<boolean> {
    try {
      return policies.rightsOf(await know(authorization)) === rights;
    } catch {
      // Who is denied, or can't be judged now, is not let go on.
      return false;
    }
  }

  return {
    async judge(authorization) {
      const access = policies.accessOf(await know(authorization), authorization);
      if (!mayAnything(access)) throw new Denied(403, 'You have no role that this service knows.');
      return access;
    },
    async turnTo(next, federation) {
      const isSame = isDeepStrictEqual(next, settings);
      if (!isSame) know = knowledge(next);
      settings = next;
      policies.turnTo(federation, rolesOf(next));
      if (isSame) return;
      await Promise.all(
        [...watched].map(async (each) => {
          if (!(await isAsItWas(each))) each.over();
        }),
      );
    },
  };
}

function rolesOf(settings: AccessSettings): Roles {
  return settings.type === 'none' ? null : settings.roles;
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
