import { createHash } from 'node:crypto';
import { execute, Kind, parse, print, validate, visit } from 'graphql';
import type { ExecutionResult, InlineFragmentNode } from 'graphql';
import { createClient } from 'graphql-ws';
import type { Client } from 'graphql-ws';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { schema } from '../../../schema/index.ts';
import { NO_PERSISTED_QUERIES } from '../../../src/config/persisted-queries.ts';
import { createContext } from '../../../src/context.ts';
import { encodeNodeId } from '../../../src/federation/node-id.ts';
import { toClientError } from '../../../src/server/graphql/errors.ts';
import { fakeEntry, fakeFederation } from '../../resolvers/fake-federation.ts';
import { start } from '../start.ts';
import { nulledBy } from './nulled-by.ts';
import { randomOperation } from './random-operation.ts';
import type { RandomOperation } from './random-operation.ts';

/** `DIFFERENTIAL_WAYS=2000` compares so many, from `DIFFERENTIAL_SEED` on. */
const DOCUMENTS = Number(process.env['DIFFERENTIAL_WAYS'] ?? 40);
const SEED = Number(process.env['DIFFERENTIAL_SEED'] ?? 1);
const IN_ONE = 10;

const IDS = [
  encodeNodeId('Job', 'up', 'a'),
  encodeNodeId('Job', 'down', 'a'),
  encodeNodeId('Job', 'up', 'missing'),
  fakeEntry({ source: 'up', key: 'a' }, 1).id,
  'no id',
];

const federation = fakeFederation();
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

interface Answered {
  readonly data?: unknown;
  readonly errors?: readonly {
    readonly path?: readonly (string | number)[] | undefined;
    readonly extensions?: Readonly<Record<string, unknown>> | undefined;
  }[];
  readonly incremental?: readonly (Answered & { readonly path?: readonly (string | number)[] })[];
}

/**
 * What must be the same on all ways: the data with the order of its keys, and each error's code and path. Of errors that
 * null a parent only the parent counts: which of several comes first is not fixed.
 */
function shown({ data, errors = [] }: Answered): { readonly data: string; readonly errors: readonly string[] } {
  const named = errors.map(({ path = [], extensions }) => {
    const nulled = nulledBy(data, path);
    return JSON.stringify(nulled.length < path.length ? { nulled } : { path, code: extensions?.['code'] });
  });
  return { data: JSON.stringify(data ?? null), errors: [...new Set(named)].sort() };
}

async function interpreted({ document, operationName, variables }: RandomOperation): Promise<Answered> {
  const contextValue = createContext(federation, { signal: new AbortController().signal, authorization: null });
  const { data, errors = [] }: ExecutionResult = await execute({
    schema,
    document: parse(document),
    contextValue,
    variableValues: variables,
    operationName,
  });
  return { data, errors: errors.map((error) => toClientError(error, null)) };
}

/** A condition that is null, of a spread whose fragment was selected before, and of one whose fragment was not. */
const NULL_CONDITIONS: readonly RandomOperation[] = ['...F ...F @include(if: $if)', '...F @skip(if: $if) ...F'].map(
  (selections) => ({
    document: `query Q($if: Boolean = true) { jobs(first: 1) { ${selections} } } fragment F on JobConnection { nodes { name } }`,
    operationName: 'Q',
    variables: { if: null },
  }),
);

/**
 * True if a condition of `@skip` or `@include` is null. Answers in parts are not made by graphql-js: their executor calls the condition
 * an error even where its fragment was selected before, as the specification has it.
 */
function hasNullCondition(variables: RandomOperation['variables']): boolean {
  return Object.entries(variables).some(([name, value]) => name.startsWith('if') && value === null);
}

/** Every other fragment is deferred, and so is every third selection. */
function deferred(text: string): string {
  let at = 0;
  const directives = [{ kind: Kind.DIRECTIVE as const, name: { kind: Kind.NAME as const, value: 'defer' } }];
  const changed = visit(parse(text), {
    InlineFragment: (node) =>
      (at += 1) % 2 === 0 ? { ...node, directives: [...(node.directives ?? []), ...directives] } : undefined,
    FragmentSpread: (node) =>
      (at += 1) % 2 === 0 ? { ...node, directives: [...(node.directives ?? []), ...directives] } : undefined,
    Field: {
      leave: (node) => {
        if (node.selectionSet === undefined || (at += 1) % 3 > 0) return undefined;
        const all: InlineFragmentNode = { kind: Kind.INLINE_FRAGMENT, directives, selectionSet: node.selectionSet };
        return { ...node, selectionSet: { kind: Kind.SELECTION_SET as const, selections: [all] } };
      },
    },
  });
  return print(changed);
}

/** The parts of a deferred answer put together as a client does it. */
async function together(response: Response): Promise<Answered> {
  const text = await response.text();
  if (!(response.headers.get('content-type') ?? '').startsWith('multipart')) return JSON.parse(text) as Answered;
  const parts = text
    .split(/\r\n---(?:--)?(?:\r\n|$)/)
    .map((piece) => piece.slice(piece.indexOf('{')))
    .filter((json) => json.startsWith('{'))
    .map((json) => JSON.parse(json) as Answered);
  let data: unknown = null;
  const errors = parts.flatMap((part) => [
    ...(part.errors ?? []),
    ...(part.incremental ?? []).flatMap((one) => one.errors ?? []),
  ]);
  for (const part of parts) {
    if (part.data !== undefined) data = part.data;
    for (const { data: more, path = [] } of part.incremental ?? []) {
      const place = path.reduce<unknown>(
        (value, key) => (value as Record<string | number, unknown> | undefined)?.[key],
        data,
      );
      // A part below a part that came as null has no place.
      if (isObject(place) && isObject(more)) merge(place, more);
    }
  }
  return { data, errors };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function merge(place: object, more: object): void {
  const known = place as Record<string, unknown>;
  for (const [key, value] of Object.entries(more)) {
    const old = Object.hasOwn(known, key) ? known[key] : undefined;
    if (isObject(old) && isObject(value)) merge(old, value);
    else Object.defineProperty(known, key, { value, enumerable: true, writable: true, configurable: true });
  }
}

/** Without the order of keys: what is deferred comes behind the rest. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, member]): [string, unknown] => [key, sorted(member)]);
  return entries.sort(([a], [b]) => (a < b ? -1 : 1));
}

test(
  `${DOCUMENTS} generated queries are answered alike by all ways, and as graphql-js answers them`,
  { timeout: 600_000 },
  async () => {
    const operations: RandomOperation[] = [...NULL_CONDITIONS];
    for (let seed = SEED; operations.length < DOCUMENTS + NULL_CONDITIONS.length; seed += 1) {
      const operation = randomOperation(schema, IDS, seed);
      if (validate(schema, parse(operation.document)).length === 0) operations.push(operation);
    }
    const known = new Map(operations.map(({ document }) => [hashOf(document), document]));
    const server = await start(federation, {
      batching: IN_ONE,
      persistedQueries: { ...NO_PERSISTED_QUERIES, automatic: true },
    });
    const listed = await start(federation, { persistedQueries: { ...NO_PERSISTED_QUERIES, known, only: true } });
    const [socket, listedSocket] = [server, listed].map(({ url }) =>
      createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 }),
    ) as [Client, Client];

    const post = (url: string, body: unknown, accept = 'application/json'): Promise<Response> =>
      fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept },
        body: JSON.stringify(body),
      });
    const posted = async (url: string, body: unknown): Promise<Answered> =>
      (await post(url, body)).json() as Promise<Answered>;
    const bySocket = async (client: Client, body: object): Promise<Answered> => {
      try {
        for await (const result of client.iterate({ query: '', ...body })) return result as Answered;
        return {};
      } catch (errors) {
        return { errors } as Answered;
      }
    };

    const wanted: ReturnType<typeof shown>[] = [];
    for (const { document, operationName, variables } of operations) {
      const rest = { operationName, variables };
      const place = `${document}\n${JSON.stringify(variables)}`;
      const answer = await posted(server.url, { query: document, ...rest });
      const same = shown(answer);
      wanted.push(same);
      if (!same.errors.some((error) => error.includes('QUERY_TOO_COMPLEX'))) {
        expect(same, place).toEqual(shown(await interpreted({ document, operationName, variables })));
      }
      const hash = { extensions: { persistedQuery: { version: 1, sha256Hash: hashOf(document) } } };
      const ways = {
        taught: await posted(server.url, { query: document, ...rest, ...hash }),
        automatic: await posted(server.url, { ...rest, ...hash }),
        listed: await posted(listed.url, { ...rest, ...hash }),
        'listed, over WebSocket': await bySocket(listedSocket, { ...rest, ...hash }),
        WebSocket: await bySocket(socket, { query: document, ...rest }),
      };
      for (const [way, found] of Object.entries(ways)) expect(shown(found), `${way}: ${place}`).toEqual(same);

      const parted = await together(
        await post(
          server.url,
          { query: deferred(document), ...rest },
          'multipart/mixed;deferSpec=20220824, application/json',
        ),
      );
      // A null that must not be one ends at its fragment, and not further up.
      if (same.errors.length === 0 && !hasNullCondition(variables)) {
        expect(parted.errors ?? [], `deferred: ${place}`).toEqual([]);
        expect(sorted(parted.data), `deferred: ${place}`).toEqual(sorted(answer.data));
      }
    }
    for (let from = 0; from < operations.length; from += IN_ONE) {
      const some = operations.slice(from, from + IN_ONE);
      const list = some.map(({ document, operationName, variables }) => ({
        query: document,
        operationName,
        variables,
      }));
      const answers = (await (await post(server.url, list)).json()) as readonly Answered[];
      expect(answers.map(shown)).toEqual(wanted.slice(from, from + IN_ONE));
    }
    await Promise.all([socket.dispose(), listedSocket.dispose()]);
  },
);
