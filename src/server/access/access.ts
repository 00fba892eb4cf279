import { LRUCache } from 'lru-cache';
import { OPERATIONS } from '../../config/access.ts';
import type { Operation, Reading, Role, Roles } from '../../config/access.ts';
import type { Federation } from '../../federation/api.ts';

/** Who asks, as far as it was proved. */
export interface Identity {
  /** For the log, and for limits of callers; null: `server.auth` is none. */
  readonly caller: string | null;
  readonly roles: readonly string[];
  /** Milliseconds since 1970; null: it does not end. */
  readonly expiresAt: number | null;
}

/** What one caller may see and do. Nothing of a source is reached but through it. */
export interface Access {
  readonly caller: string | null;
  readonly expiresAt: number | null;
  /** The caller's own `Authorization`, for sources that are asked with it. */
  readonly authorization: string | null;
  allows(operation: Operation): boolean;
  /** The sources that the caller may read in this way; for any other, there are none. */
  view(reading: Reading): Federation;
  /** Calls back when what the caller may do was changed, or taken away. Returns what ends the wait. */
  whenWithdrawn(over: () => void): () => void;
}

/** What tells of a change of who may do what: see `Access`. */
export type Watch = (authorization: string | null, rights: string, over: () => void) => () => void;

/** Views that are kept; each is made of names alone and cheap. */
const MOST_VIEWS = 1_000;

/** Turns identities into what they may see. */
export class Policies {
  #federation: Federation;
  #roles: Roles;
  readonly #watch: Watch;
  readonly #views = new LRUCache<string, Federation>({ max: MOST_VIEWS });

  constructor(federation: Federation, roles: Roles, watch: Watch) {
    this.#federation = federation;
    this.#roles = roles;
    this.#watch = watch;
  }

  /** From now on, all who are let in, and who were before, see these sources. Roles count for those who are let in from now on. */
  turnTo(federation: Federation, roles: Roles): void {
    this.#federation = federation;
    this.#roles = roles;
    this.#views.clear();
  }

  /** What a caller may do, as a text that changes with these rights. */
  rightsOf({ caller, roles }: Identity): string {
    return this.#roles === null ? '' : JSON.stringify([caller, this.#ownOf(roles)]);
  }

  accessOf(identity: Identity, authorization: string | null): Access {
    const { caller, expiresAt } = identity;
    const whenWithdrawn: Access['whenWithdrawn'] = (over) => this.#watch(authorization, this.rightsOf(identity), over);
    if (this.#roles === null) {
      return { caller, expiresAt, authorization, allows: () => true, view: () => this.#federation, whenWithdrawn };
    }
    const own = this.#ownOf(identity.roles);
    const that = (operation: Operation): readonly Role[] =>
      own.filter(({ operations }) => operations.includes(operation));
    return {
      caller,
      expiresAt,
      authorization,
      allows: (operation) => that(operation).length > 0,
      view: (reading) => this.#viewOf(that(reading)),
      whenWithdrawn,
    };
  }

  #ownOf(names: readonly string[]): readonly Role[] {
    const known = this.#roles ?? {};
    return [...new Set(names)].flatMap((name) => (Object.hasOwn(known, name) ? [known[name]] : [])).filter(isRole);
  }

  #viewOf(roles: readonly Role[]): Federation {
    if (roles.some(({ sources }) => sources === null)) return this.#federation;
    const names = [...new Set(roles.flatMap(({ sources }) => sources ?? []))].sort();
    const key = JSON.stringify(names);
    const known = this.#views.get(key);
    if (known !== undefined) return known;
    const view = this.#federation.only(new Set(names));
    this.#views.set(key, view);
    return view;
  }
}

function isRole(role: Role | undefined): role is Role {
  return role !== undefined;
}

/** Does any of the caller's roles allow anything? */
export function mayAnything(access: Access): boolean {
  return OPERATIONS.some((operation) => access.allows(operation));
}
