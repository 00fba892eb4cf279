import { isDeepStrictEqual } from 'node:util';
import type { AccessSettings, Roles } from '../../config/access.ts';
import type { Federation } from '../../federation/api.ts';
import { mayAnything, Policies } from './access.ts';
import type { Access, CallerIdentity } from './access.ts';
import { Denied } from './denied.ts';
import { knowsByKey } from './keys.ts';
import type { OnUnreadKeys } from './issuer-keys.ts';
import { knowsByToken } from './tokens.ts';

/** Returns the access of the caller with this `Authorization`. Throws `Denied`. */
export type Judge = (authorization: string | null) => Promise<Access>;

/** A judge whose rules can change. */
export interface AccessControl {
  readonly judge: Judge;
  /**
   * Applies new rules and a new federation. If the rules changed, running operations and open connections are judged
   * again; where the caller is now denied or has other rights, `Access.whenWithdrawn` calls back.
   */
  applyRules(settings: AccessSettings, federation: Federation): Promise<void>;
}

const ANYBODY: CallerIdentity = { caller: null, roles: [], expiresAt: null };

interface Watched {
  readonly authorization: string | null;
  readonly rights: string;
  readonly over: () => void;
}

/** `onUnreadKeys` is called with the reason of each failure to read the issuer's keys. */
export function createAccessControl(
  first: AccessSettings,
  federation: Federation,
  onUnreadKeys: OnUnreadKeys = () => undefined,
): AccessControl {
  const watched = new Set<Watched>();
  const policies = new Policies(federation, rolesOf(first));
  let settings = first;
  let know = knowledge(settings, onUnreadKeys);

  /** `judgedBy`: the settings by which the rights were found. They may have changed since, as while a client sent its body. */
  function watch(entry: Watched, judgedBy: AccessSettings): () => void {
    watched.add(entry);
    if (settings !== judgedBy) void endUnlessAsItWas(entry);
    return () => void watched.delete(entry);
  }

  async function endUnlessAsItWas(entry: Watched): Promise<void> {
    if (!(await isAsItWas(entry)) && watched.has(entry)) entry.over();
  }

  async function isAsItWas({ authorization, rights }: Omit<Watched, 'over'>): Promise<boolean> {
    try {
      return policies.rightsOf(await know(authorization)) === rights;
    } catch {
      // A caller that is denied, or cannot be judged now, may not go on.
      return false;
    }
  }

  return {
    async judge(sent) {
      // A header without a text is none: a source must not be sent it as a credential.
      const authorization = sent?.trim() === '' ? null : sent;
      let judgedBy = settings;
      const access = policies.accessOf(await know(authorization), authorization, {
        whenWithdrawn: (rights, over) => watch({ authorization, rights, over }, judgedBy),
        isAsItWas(rights) {
          if (settings === judgedBy) return true;
          const now = settings;
          return isAsItWas({ authorization, rights }).then((isSame) => {
            if (isSame) judgedBy = now;
            return isSame;
          });
        },
      });
      if (!mayAnything(access)) throw new Denied(403, 'You have no role that this service knows.');
      return access;
    },
    async applyRules(next, federation) {
      policies.applyRules(federation, rolesOf(next));
      if (isDeepStrictEqual(next, settings)) return;
      know = knowledge(next, onUnreadKeys);
      settings = next;
      await Promise.all([...watched].map(endUnlessAsItWas));
    },
  };
}

function rolesOf(settings: AccessSettings): Roles {
  return settings.type === 'none' ? null : settings.roles;
}

function knowledge(
  settings: AccessSettings,
  onUnreadKeys: OnUnreadKeys,
): (authorization: string | null) => CallerIdentity | Promise<CallerIdentity> {
  switch (settings.type) {
    case 'none':
      return () => ANYBODY;
    case 'keys':
      return knowsByKey(settings.keys);
    case 'jwt':
      return knowsByToken(settings, onUnreadKeys);
  }
}
