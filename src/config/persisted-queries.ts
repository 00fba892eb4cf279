import { parse } from 'graphql';
import { z } from 'zod';
import { parseJson } from '../domain/json.ts';
import type { Problem } from './problems.ts';
import { UnreadableFile } from './text-file.ts';
import type { ReadText } from './text-file.ts';

/** Which operations clients may name by id instead of sending their text, and which texts they may send. */
export interface PersistedQueries {
  /** True: a text that is sent with its SHA-256 is kept, so that the hash alone is enough from then on. */
  readonly automatic: boolean;
  /** Texts of the manifests, by the ids that clients send. */
  readonly known: ReadonlyMap<string, string>;
  /** True: every text that is in no manifest is refused. */
  readonly only: boolean;
}

/** Clients send texts, and every text is allowed. */
export const NO_PERSISTED_QUERIES: PersistedQueries = { automatic: false, known: new Map(), only: false };

export const persistedQueriesSchema = z.strictObject({
  automatic: z
    .boolean()
    .default(false)
    .describe(
      'Automatic persisted queries: keep texts that come with their SHA-256, as sent by the persisted-query links of Apollo Client and urql.',
    ),
  manifests: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Files that map ids to operations, as written by the compilers of Relay, Apollo and GraphQL Code Generator.',
    ),
  only: z.boolean().default(false).describe('Refuse all operations that are not in a manifest.'),
});

const KEY = 'server.persistedQueries';

const apolloManifest = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string().min(1), body: z.string().min(1) })),
});

const idsToTexts = z.record(z.string().min(1), z.string().min(1));

/** Reads the manifests. A faulty one is reported and its operations are left out. */
export function persistedQueries(
  { automatic, manifests, only }: z.output<typeof persistedQueriesSchema>,
  readText: ReadText,
  report: (problem: Problem) => void,
): PersistedQueries {
  if (only && manifests.length === 0)
    report({ key: `${KEY}.manifests`, message: 'is missing: `only` would refuse every operation' });
  if (only && automatic)
    report({ key: `${KEY}.automatic`, message: 'must be off with `only`, which forbids clients to add operations' });
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
      else if (!isGraphql(text)) report({ key, message: `the text of the id "${shown(id)}" is not GraphQL` });
      known.set(id, text);
    }
  });
  return { automatic, known, only };
}

/** Returns the operations, or a text that says why the manifest cannot be used. */
function readManifest(path: string, readText: ReadText): readonly (readonly [string, string])[] | string {
  let manifest: unknown;
  try {
    manifest = parseJson(readText(path));
  } catch (error) {
    if (error instanceof UnreadableFile) return error.message;
    return 'is not JSON';
  }
  const apollo = apolloManifest.safeParse(manifest);
  if (apollo.success) return apollo.data.operations.map(({ id, body }) => [id, body] as const);
  const plain = idsToTexts.safeParse(manifest);
  if (plain.success) return Object.entries(plain.data);
  return 'is not a manifest: expected {"id": "text of the operation"}, or the output of @apollo/generate-persisted-query-manifest';
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
