/** One process of bench/in-process.ts: does a part of what a request costs, as often as it is told, without HTTP. */
import { parse } from 'graphql';
import { register } from 'node:module';
import { Session } from 'node:inspector/promises';
import process from 'node:process';
import { URL } from 'node:url';

register('./hook.js', import.meta.url);
const { build, stage, sources, query, logs } = JSON.parse(process.env.BENCH_TASK);
const load = (path) => import(new URL(`../../../${build}/src/${path}`, import.meta.url).href);
const { calls } = await import('./pools.js');
const { DEFAULT_LIMITS } = await load('http/settings.js');
const { createSourceHttp } = await load('http/source-http.js');
const { executeCompiled } = await load('server/graphql/compiled-queries.js');
const { createTributary } = await load('library/create-tributary.js');
const tributary = await createTributary({ sources });
const document = parse(query);

/** Five fields of each line, read by the federation; each log once. */
async function rows({ federation, call }) {
  const read = new Map();
  const all = await Promise.all(
    logs.map(({ source, key, lines, order }) => {
      const name = `${source} ${key}`;
      if (!read.has(name)) {
        const args = { first: lines, descending: order === 'newest' };
        read.set(name, federation.logs([{ source, scope: { job: key } }], args, call).nodes());
      }
      return read.get(name);
    }),
  );
  return all.map((nodes) => nodes.map(fieldsOf));
}

function fieldsOf({ timestamp, severityText, message, stepName, taskName }) {
  return { timestamp, severityText, message, stepName, taskName };
}

async function graphql(contextValue) {
  const result = await executeCompiled({ schema: tributary.schema, document, contextValue });
  if (result.errors !== undefined) throw result.errors[0];
  return result.data;
}

/** Filled by `prepare`: the vendors' answers to one request, its data, and the lines of each log as plain objects. */
const known = { answers: [], requests: [], data: null, lines: new Map() };

/** The answers parsed, one after the other. */
function parsed() {
  for (const { text } of known.answers) JSON.parse(text);
  return known.data;
}

const clients = new Map();

function clientOf({ origin, headers: { authorization } }) {
  const name = `${origin} ${authorization}`;
  const auth = { type: 'header', name: 'authorization', value: authorization };
  const settings = { source: name, baseUrl: origin, auth, forward: false, limits: DEFAULT_LIMITS };
  if (!clients.has(name)) clients.set(name, createSourceHttp(settings));
  return clients.get(name);
}

function requestOf({ asked }) {
  const [path, query] = asked.path.split('?');
  const segments = path.slice(1).split('/').map(decodeURIComponent);
  const body = asked.body === null ? undefined : JSON.parse(asked.body);
  return { asked, request: { method: asked.method, path: segments, query, body, idempotent: true } };
}

const asIs = (body) => body;

/** The same calls by Tributary's own client, all at once; each answer is parsed. */
async function client({ call }) {
  await Promise.all(known.requests.map(({ asked, request }) => clientOf(asked).json(request, asIs, call)));
  return known.data;
}

/** Tributary's operation over lines that are there: no calls, pages or order. */
function operation({ call, federation }) {
  const logs = ([{ source, scope }]) => {
    const nodes = known.lines.get(`${source} ${scope.job}`);
    return { nodes: async () => nodes, edges: async () => [], failures: async () => [] };
  };
  const job = async ({ source, key }) => ({ source, key });
  return graphql({ call, federation: { ...federation, logs, job } });
}

const STAGES = { rows, graphql, parsed, client, operation };

async function once() {
  return JSON.stringify(await STAGES[stage](tributary.context()));
}

async function prepare() {
  for (let time = 0; time < 4; time += 1) await rows(tributary.context());
  calls.length = 0;
  known.data = await rows(tributary.context());
  logs.forEach(({ source, key }, index) => known.lines.set(`${source} ${key}`, known.data[index]));
  known.answers = calls.slice();
  known.requests = known.answers.map(requestOf);
  return { calls: calls.length, bytes: known.answers.reduce((sum, { text }) => sum + text.length, 0) };
}

async function run(times) {
  const before = process.cpuUsage();
  for (let time = 0; time < times; time += 1) {
    await once();
    calls.length = 0;
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times;
}

let session = null;
async function profile(kind) {
  if (session === null) {
    session = new Session();
    session.connect();
    if (kind === 'cpu') {
      await session.post('Profiler.enable');
      await session.post('Profiler.setSamplingInterval', { interval: 100 });
      await session.post('Profiler.start');
    } else {
      await session.post('HeapProfiler.enable');
      await session.post('HeapProfiler.startSampling', {
        samplingInterval: 4096,
        includeObjectsCollectedByMajorGC: true,
        includeObjectsCollectedByMinorGC: true,
      });
    }
    return null;
  }
  const result = await (kind === 'cpu' ? session.post('Profiler.stop') : session.post('HeapProfiler.stopSampling'));
  session.disconnect();
  session = null;
  return result.profile;
}

const TASKS = { prepare, run, profile };
process.on('message', ({ task, argument }) => {
  TASKS[task](argument).then(
    (result) => process.send({ result }),
    (error) => process.send({ error: String(error?.stack ?? error) }),
  );
});
process.send({ result: 'ready' });
