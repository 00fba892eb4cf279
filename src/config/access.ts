/** Who may call the service, and what each caller may use. */

/**
 * What a caller may do. `metrics` shows the names of all sources, including those that the caller may not read;
 * `explain` shows what an operation costs, and which vendor calls it made.
 */
export const OPERATIONS = ['query', 'subscription', 'export', 'introspection', 'metrics', 'explain'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** The operations that read sources. */
export type Reading = Exclude<Operation, 'introspection' | 'metrics' | 'explain'>;

/** What callers with a role may use. */
export interface Role {
  /** Null: all sources. */
  readonly sources: readonly string[] | null;
  readonly operations: readonly Operation[];
}

/** By name. Null: every authenticated caller may do everything. */
export type Roles = Readonly<Record<string, Role>> | null;

/** An API key of this service. Only its hash is stored. */
export interface AccessKey {
  /** Name of the bearer in the log. */
  readonly name: string;
  /** SHA-256 of the key, in hexadecimal digits. */
  readonly sha256: string;
  readonly roles: readonly string[];
}

/** Tokens of an issuer, checked against the keys that it publishes. */
export interface TokenSettings {
  readonly issuer: string;
  readonly audience: string;
  /** Where the issuer publishes its keys. */
  readonly jwks: string;
  readonly algorithms: readonly string[];
  /** The claim that holds the roles; dots select members of objects. */
  readonly rolesClaim: string;
  /** Tolerated difference between clocks. */
  readonly clockToleranceMilliseconds: number;
}

export type AccessSettings =
  | { readonly type: 'none' }
  | { readonly type: 'keys'; readonly keys: readonly AccessKey[]; readonly roles: Roles }
  | ({ readonly type: 'jwt'; readonly roles: Roles } & TokenSettings);
