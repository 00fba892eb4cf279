import { parse } from 'graphql';
import { z } from 'zod';
import { parseJson } from '../domain/json.ts';
import type { Problem } from './problems.ts';
import { UnreadableFile } from './text-file.ts';
import type { ReadText } from './text-file.ts';

/** Which texts of operations clients may name instead of sending them, and which texts they may send. */
export interface PersistedQueries {
  /** Is a text that comes with its SHA-256 kept, so that the hash alone is enough from then on? */
  readonly automatic: boolean;
  /** Texts of the manifests, by the ids that clients send. */
  readonly known: ReadonlyMap<string, string>;
  /** Is every text refused that no manifest holds? */
  readonly only: boolean;
}

/** Clients send texts, any of them. */
export const NO_PERSISTED_QUERIES: PersistedQueries = { automatic: false, known: new Map(), only: false };

export const persistedQueriesSchema = z.strictObject({
  automatic: z
    .boolean()
    .default(false)
    .describe(
      'Keep texts that come with their SHA-256, as the persisted-query links of Apollo Client and urql send them.',
    ),
  manifests: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Files with operations by their ids, as the compilers of Relay, Apollo and GraphQL Code Generator write them.',
    ),
  only: z.boolean().default(false).describe('Refuse all operations that are in none of the manifests.'),
});

const KEY = 'server.persistedQueries';

const apolloManifest = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string().min(1), body: z.string().min(1) })),
});

const idsToTexts = z.record(z.string().min(1), z.string().min(1));

/** Reads the manifests. What is wrong with one is reported, and its operations are left out. */
export function persistedQueries(
  { automatic, manifests, only }: z.output<typeof persistedQueriesSchema>,
  readText: ReadText,
  report: (problem: Problem) => void,
): PersistedQueries {
  if (only && manifests.length === 0)
    report({ key: `${KEY}.manifests`, message: 'is missing: `only` refuses what is not there' });
  if (only && automatic)
    report({ key: `${KEY}.automatic`, message: 'must not be on with `only`: clients would add operations' });
  const known = new Map<string, string>();
  manifests.forEach((path, index) => {
    const key = `${KEY}.manifests[${index}]`;
    const operations = readManifest(path, readText);
    if (typeof operations === 'string') {
      report({ key, message: operations });
      return;
    }
    for (const [id, text] of operations) {
      if ((known.get(id) ?? text) !== text) report({ key, message: `has another operation for the id "${shown(id)}"` });
      else if (!isGraphql(text)) report({ key, message: `the text of the id "${shown(id)}" is no GraphQL` });
      known.set(id, text);
    }
  });
  return { automatic, known, only };
}

/** A text: why there is none. */
function readManifest(path: string, readText: ReadText): readonly (readonly [string, string])[] | string {
  let manifest: unknown;
  try {
    manifest = parseJson(readText(path));
  } catch (error) {
    if (error instanceof UnreadableFile) return error.message;
    return 'is no JSON';
  }
  const apollo = apolloManifest.safeParse(manifest);
  if (apollo.success) return apollo.data.operations.map(({ id, body }) => [id, body] as const);
  const plain = idsToTexts.safeParse(manifest);
  if (plain.success) return Object.entries(plain.data);
  return 'is no manifest: expected {"id": "text of the operation"}, or what @apollo/generate-persisted-query-manifest writes';
}

function isGraphql(text: string): boolean {
  try {
    parse(text, { noLocation: true });
    return true;
  } catch {
    return false;
  }
}

function shown(id: string): string {
  return id.length > 100 ? `${id.slice(0, 100)}…` : id;
}
