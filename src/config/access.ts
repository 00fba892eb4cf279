import { z } from 'zod';
import { duration } from './duration.ts';
import type { Problem } from './problems.ts';

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

/** Signatures that only the issuer can make: no shared secrets, and not `none`. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const;

const roleName = z.string().regex(/^\S{1,200}$/, { error: 'expected a name without spaces' });

const role = z.strictObject({
  sources: z.array(z.string().min(1)).min(1).describe('Names of sources; `"*"`: all of them.'),
  operations: z
    .array(z.enum(OPERATIONS))
    .min(1)
    .default(['query', 'subscription', 'export', 'introspection'])
    .describe(
      'What callers with the role may do. Not granted by default: `metrics` reads /metrics, which names all sources, and `explain` shows what operations cost.',
    ),
});

const roles = z
  .record(roleName, role)
  .optional()
  .describe(
    'What callers with a role may use. A caller with several roles may use what any of them allows. Default: every authenticated caller may do everything.',
  );

const key = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/, { error: 'expected letters, digits, ".", "_", "@" and "-"' })
    .describe("Name of the key's bearer in the log."),
  sha256: z
    .string()
    .overwrite((text) => text.trim().toLowerCase())
    .regex(/^[0-9a-f]{64}$/, { error: 'expected the SHA-256 of the key: 64 hexadecimal digits, see `tributary key`' })
    .describe('SHA-256 of the key, in hexadecimal digits. `tributary key` makes a key and its SHA-256.'),
  roles: z.array(roleName).default([]).describe("Roles of the key's bearer."),
});

const jwksUrl = z
  .url({ protocol: /^https?$/, error: 'expected an https URL' })
  .refine((url) => !URL.canParse(url) || isSafe(new URL(url)), {
    error: 'must be an https URL: an answer over http may be forged',
  });

function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
}

export const accessSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({
    type: z.literal('keys'),
    keys: z.array(key).min(1).describe('Keys that are accepted as `Authorization: Bearer KEY`.'),
    roles,
  }),
  z.strictObject({
    type: z.literal('jwt'),
    issuer: z.string().min(1).describe('Required `iss` of a token.'),
    audience: z.string().min(1).describe('Required `aud` of a token, or one of its values.'),
    jwks: jwksUrl.describe('Where the issuer publishes its keys.'),
    algorithms: z.array(z.enum(ALGORITHMS)).min(1).default(['RS256']).describe('Accepted signature algorithms.'),
    rolesClaim: z
      .string()
      .min(1)
      .default('roles')
      .describe(
        'The claim that holds the roles: a list, or a text with spaces between them. Dots select members of objects. May be `scope`.',
      ),
    clockTolerance: duration.prefault('5s').describe("How far the issuer's clock may differ from ours."),
    roles,
  }),
]);

export type AccessInput = z.output<typeof accessSchema>;

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

export function accessSettings(input: AccessInput): AccessSettings {
  if (input.type === 'none') return input;
  const roles = rolesOf(input.roles);
  if (input.type === 'keys') return { ...input, roles };
  const { clockTolerance, ...same } = input;
  return { ...same, roles, clockToleranceMilliseconds: clockTolerance };
}

function rolesOf(given: z.output<typeof roles>): Roles {
  if (given === undefined) return null;
  return Object.fromEntries(
    Object.entries(given).map(([name, { sources, operations }]) => [
      name,
      { sources: sources.includes('*') ? null : sources, operations },
    ]),
  );
}

/** References to undefined names: roles of keys, and sources of roles (if sources are configured). */
export function accessProblems(input: AccessInput, sources: readonly string[] | null): readonly Problem[] {
  if (input.type === 'none') return [];
  const known = input.roles;
  const named = input.type === 'keys' ? input.keys : [];
  const twice = named.find(({ name }, index) => named.findIndex((other) => other.name === name) !== index);
  return [
    ...(twice === undefined
      ? []
      : [{ key: 'server.auth.keys', message: `has two keys with the name "${twice.name}"` }]),
    ...named.flatMap(({ roles: wanted }, index) =>
      wanted
        .filter((name) => known === undefined || !Object.hasOwn(known, name))
        .map((name) => ({ key: `server.auth.keys[${index}].roles`, message: `there is no role "${name}"` })),
    ),
    ...Object.entries(known ?? {}).flatMap(([name, role]) =>
      role.sources
        .filter((source) => source !== '*' && sources?.includes(source) === false)
        .map((source) => ({
          key: `server.auth.roles.${name}.sources`,
          message: `there is no source "${source}"`,
        })),
    ),
  ];
}
