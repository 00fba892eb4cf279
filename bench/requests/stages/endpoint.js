/**
 * Stands in for src/server/graphql/endpoint.js of a built server (see hook.js) and does a part of its work. BENCH_STAGE says which:
 * `front`: everything before the endpoint, and the calls of Tributary by undici; `client`: those calls by Tributary's own client;
 * `rows`: Tributary's pages and rows, but no GraphQL.
 */
import { Buffer } from 'node:buffer';
import process from 'node:process';
import { URL } from 'node:url';
import { recorded, sameCalls } from './recorded.js';

const built = new URL(import.meta.url).searchParams.get('built');
const load = (path) => import(new URL(path, built).href);
const { createContext } = await load('../../context.js');
const { writeJson } = await load('../../domain/json.js');
const { createSourceHttp } = await load('../../http/source-http.js');
const { DEFAULT_LIMITS } = await load('../../http/settings.js');
const { nameOfCaller } = await load('../client/callers.js');
const { requestIdOf } = await load('../client/request-id.js');
const { mostValues, parseSent } = await load('../client/sent-values.js');

const hasCursors = process.env.BENCH_CURSORS !== undefined;

const STAGES = { front: sameCalls, client: callsByClient, rows: rowsOfFederation };
const answer = STAGES[process.env.BENCH_STAGE];

/** One for each source and credential. */
const clients = new Map();

function clientOf({ origin, authorization }) {
  const key = `${origin} ${authorization}`;
  const auth = { type: 'header', name: 'authorization', value: authorization };
  const settings = { source: key, baseUrl: origin, auth, forward: false, limits: DEFAULT_LIMITS };
  const client = clients.get(key) ?? createSourceHttp(settings);
  clients.set(key, client);
  return client;
}

/** The same calls in the words of the client. */
const requests = recorded.calls.map((each) => {
  const [path, query = ''] = each.path.split('?');
  const segments = path.slice(1).split('/').map(decodeURIComponent);
  const body = each.body === '' ? undefined : JSON.parse(each.body);
  return { ...each, request: { method: each.method, path: segments, query, body, idempotent: true } };
});

const asIs = (body) => body;

/** Reads a stream to its end and looks at nothing. */
async function bytesOf(body, give) {
  let bytes = 0;
  for await (const chunk of body) bytes += chunk.length;
  give(bytes);
}

async function callsByClient({ call }) {
  await Promise.all(
    requests.map(async (each) => {
      const client = clientOf(each);
      if (each.isStream) await client.stream(each.request, bytesOf, () => () => undefined, call);
      else await client.json(each.request, asIs, call);
    }),
  );
  return recorded.data;
}

async function rowsOfFederation({ federation, call }) {
  const read = new Map();
  const logs = recorded.logs.map(async ({ source, key, lines, order }) => {
    const name = `${source} ${key}`;
    const isNew = !read.has(name);
    if (isNew) {
      const args = { first: lines, descending: order === 'newest' };
      read.set(name, rowsOf(federation.logs([{ source, scope: { job: key } }], args, call)));
    }
    return read.get(name);
  });
  const all = await Promise.all(logs);
  const data = {};
  recorded.logs.forEach(({ at }, index) => {
    const [field, place] = at;
    if (place === undefined) data[field] = { logs: all[index] };
    else (data[field] ??= [])[place] = { logs: all[index] };
  });
  return data;
}

async function rowsOf(connection) {
  if (!hasCursors) return { nodes: (await connection.nodes()).map(fieldsOf) };
  const edges = await connection.edges();
  return { edges: edges.map((edge) => ({ cursor: edge.cursor, node: fieldsOf(edge.node) })) };
}

function fieldsOf({ timestamp, severityText, message, stepName, taskName }) {
  return { timestamp, severityText, message, stepName, taskName };
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export function createEndpoint({ clientOf: addressOf, limits }) {
  return async (request, response, access) => {
    const leaving = new globalThis.AbortController();
    response.once('close', () => {
      if (!response.writableFinished) leaving.abort();
    });
    const context = createContext(access.view('query'), {
      signal: leaving.signal,
      authorization: access.authorization,
      caller: nameOfCaller(access.caller, addressOf(request)),
      requestId: requestIdOf(request),
    });
    (await parseSent(await bodyOf(request), mostValues(limits)))();
    const text = writeJson({ data: await answer(context) });
    const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) };
    response.writeHead(200, headers).end(text);
  };
}
