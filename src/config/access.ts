/** Who may call, and what each may use. */

/** What a caller may do. `metrics` names all sources, whichever the caller may see. */
export const OPERATIONS = ['query', 'subscription', 'export', 'introspection', 'metrics'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** The kinds of them that read sources. */
export type Reading = Exclude<Operation, 'introspection' | 'metrics'>;

/** What those who have a role may use. */
export interface Role {
  /** Null: all of them. */
  readonly sources: readonly string[] | null;
  readonly operations: readonly Operation[];
}

/** By name. Null: all who are known may do everything. */
export type Roles = Readonly<Record<string, Role>> | null;

/** A key of this service. The key itself is written nowhere. */
export interface AccessKey {
  /** What the log calls its bearer. */
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
  /** The claim that names roles; dots lead into objects. */
  readonly rolesClaim: string;
  /** How far clocks may differ. */
  readonly clockToleranceMilliseconds: number;
}

export type AccessSettings =
  | { readonly type: 'none' }
  | { readonly type: 'keys'; readonly keys: readonly AccessKey[]; readonly roles: Roles }
  | ({ readonly type: 'jwt'; readonly roles: Roles } & TokenSettings);
