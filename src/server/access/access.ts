import { LRUCache } from 'lru-cache';
import { atMost } from '../../domain/at-most.ts';
import { OPERATIONS } from '../../config/access.ts';
import type { Operation, Reading, Role, Roles } from '../../config/access.ts';
import type { Federation } from '../../federation/api.ts';

/** The authenticated caller. */
export interface CallerIdentity {
  /** The caller's name in the log and in limits of callers. Null: `server.auth` is `none`. */
  readonly caller: string | null;
  readonly roles: readonly string[];
  /** Milliseconds since 1970; null: never. */
  readonly expiresAt: number | null;
}

/** What one caller may see and do. All reading of sources goes through it. */
export interface Access {
  readonly caller: string | null;
  readonly expiresAt: number | null;
  /** The caller's `Authorization`, for sources that it is forwarded to. */
  readonly authorization: string | null;
  allows(operation: Operation): boolean;
  /** True if the caller may see the calls that its operations make to this source. */
  mayExplain(source: string): boolean;
  /** The federation with only the sources that the caller may read in this way. */
  view(reading: Reading): Federation;
  /** Calls back when the caller's rights change or are withdrawn. Returns a function that removes the callback. */
  whenWithdrawn(over: () => void): () => void;
  /** True if the rules have not changed since this access was found. Otherwise whether the caller's rights are the same. */
  isAsItWas(): true | Promise<boolean>;
}

/** Compares these rights with those that the caller has now. */
export interface Watch {
  /** See `Access.whenWithdrawn`. */
  readonly whenWithdrawn: (rights: string, over: () => void) => () => void;
  /** See `Access.isAsItWas`. */
  readonly isAsItWas: (rights: string) => true | Promise<boolean>;
}

/** Most views that are cached. A view is cheap: it is made from names of sources alone. */
const MOST_VIEWS = 1_000;

/** Turns identities into their access. */
export class Policies {
  #federation: Federation;
  #roles: Roles;
  readonly #views = new LRUCache<string, Federation>(atMost(MOST_VIEWS));

  constructor(federation: Federation, roles: Roles) {
    this.#federation = federation;
    this.#roles = roles;
  }

  /**
   * Replaces the sources, also for callers admitted before. The new roles apply only to callers admitted from now on.
   */
  applyRules(federation: Federation, roles: Roles): void {
    this.#federation = federation;
    this.#roles = roles;
    this.#views.clear();
  }

  /** A text that changes whenever the caller's rights change. */
  rightsOf({ caller, roles }: CallerIdentity): string {
    return this.#roles === null ? '' : JSON.stringify([caller, this.#ownOf(roles)]);
  }

  accessOf(identity: CallerIdentity, authorization: string | null, watch: Watch): Access {
    const { caller, expiresAt } = identity;
    const rights = this.rightsOf(identity);
    const later: Pick<Access, 'whenWithdrawn' | 'isAsItWas'> = {
      whenWithdrawn: (over) => watch.whenWithdrawn(rights, over),
      isAsItWas: () => watch.isAsItWas(rights),
    };
    if (this.#roles === null) {
      const anything = { allows: () => true, mayExplain: () => true, view: () => this.#federation };
      return { caller, expiresAt, authorization, ...anything, ...later };
    }
    const own = this.#ownOf(identity.roles);
    const that = (operation: Operation): readonly Role[] =>
      own.filter(({ operations }) => operations.includes(operation));
    return {
      caller,
      expiresAt,
      authorization,
      allows: (operation) => that(operation).length > 0,
      mayExplain: (source) => that('explain').some(({ sources }) => sources === null || sources.includes(source)),
      view: (reading) => this.#viewOf(that(reading)),
      ...later,
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

/** True if any of the caller's roles allows any operation. */
export function mayAnything(access: Access): boolean {
  return OPERATIONS.some((operation) => access.allows(operation));
}
