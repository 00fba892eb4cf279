import { createHash } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Plugin } from 'graphql-yoga';
import type { PersistedQueries } from '../../config/persisted-queries.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import type { PersistedOutcome } from '../metrics/metrics.ts';
import { MOST_CHARACTERS as MOST_CHARACTERS_OF_A_TEXT } from './limit-text.ts';

/** Bound on all texts that clients register, in characters (two bytes each). */
const MOST_CHARACTERS = 8 * 1024 * 1024;

/**
 * Parameters by which clients name an operation: from the draft of GraphQL over HTTP and the documentation of Relay.
 */
export const ID_PARAMETERS = ['documentId', 'doc_id', 'id'] as const;

/** What a client sent, unchecked. */
type Sent = Readonly<Record<string, unknown>>;

/** Looks up texts of operations by id. */
export interface PersistedTexts {
  /**
   * The text of the requested operation: sent by the client, or looked up by its id. Null: the client sent neither.
   * Throws the error for the client.
   */
  textOf(sent: Sent): string | null;
  /**
   * Reads ids in requests over HTTP. On every transport, refuses texts outside the manifests if only those are allowed.
   */
  readonly plugin: Plugin;
}

/** `own`: texts of our own pages, always allowed. */
export function createPersistedTexts(
  { automatic, known, only }: PersistedQueries,
  own: Iterable<string>,
  count: (outcome: PersistedOutcome) => void,
): PersistedTexts {
  const isOn = automatic || known.size > 0;
  const taught = new LRUCache<string, string>({
    maxSize: MOST_CHARACTERS,
    maxEntrySize: MOST_CHARACTERS_OF_A_TEXT,
    sizeCalculation: (text) => text.length,
  });
  const allowed = new Set([...known.values(), ...own]);

  function textOf(sent: Sent): string | null {
    const { query } = sent;
    // Over a WebSocket, `query` is required: an empty one counts as missing.
    const text = typeof query === 'string' && query !== '' ? query : null;
    const hash = hashOf(sent);
    if (text !== null) {
      if (automatic && hash !== null) teach(hash, text);
      return text;
    }
    const id = hash ?? idOf(sent);
    if (id === null) return null;
    if (!isOn) throw refusal('PersistedQueryNotSupported');
    const found = known.get(id) ?? taught.get(id);
    count(found === undefined ? 'unknown' : 'known');
    if (found === undefined) throw refusal('PersistedQueryNotFound');
    return found;
  }

  function teach(hash: string, text: string): void {
    if (known.has(hash)) return;
    if (createHash('sha256').update(text).digest('hex') !== hash) throw mismatch();
    taught.set(hash, text);
    count('taught');
  }

  return {
    textOf,
    plugin: {
      onParams({ params, request, setParams }) {
        const sent: Sent = request.method === 'GET' ? { ...idsIn(request.url), ...params } : { ...params };
        const text = textOf(sent);
        if (text !== null && text !== params.query) setParams({ ...params, query: text });
      },
      onParse({ params: { source } }) {
        if (only && !allowed.has(String(source))) throw notAllowed();
      },
    },
  };
}

/** The id as Apollo Client and urql send it: the SHA-256 of the text, or an id from a manifest. */
function hashOf({ extensions }: Sent): string | null {
  const persisted = isObject(extensions) ? extensions['persistedQuery'] : undefined;
  // Clients of graphql-ws may send the id without the object around it.
  const id = isObject(persisted) ? persisted['sha256Hash'] : persisted;
  return typeof id === 'string' ? id : null;
}

function idOf(sent: Sent): string | null {
  const id = ID_PARAMETERS.map((name) => sent[name]).find((value) => typeof value === 'string');
  return typeof id === 'string' ? id : null;
}

function idsIn(url: string): Sent {
  const parameters = new URLSearchParams(url.slice(url.indexOf('?') + 1));
  return Object.fromEntries(
    ID_PARAMETERS.flatMap((name) => {
      const value = parameters.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/**
 * Clients recognize these messages and send the text with the next request, or stop sending ids. The status is the one
 * that Apollo Server uses.
 */
function refusal(message: 'PersistedQueryNotFound' | 'PersistedQueryNotSupported'): GraphQLError {
  const code = 'BAD_USER_INPUT' satisfies ErrorCode;
  const http = { status: 200, headers: { 'cache-control': 'no-store' } };
  return new GraphQLError(message, { extensions: { code, http } });
}

function mismatch(): GraphQLError {
  const code = 'BAD_USER_INPUT' satisfies ErrorCode;
  return new GraphQLError('"sha256Hash" is not the SHA-256 of "query".', {
    extensions: { code, http: { status: 400 } },
  });
}

function notAllowed(): GraphQLError {
  const code = 'FORBIDDEN' satisfies ErrorCode;
  const message = 'This service answers only operations that its manifests hold (server.persistedQueries).';
  return new GraphQLError(message, { extensions: { code } });
}
