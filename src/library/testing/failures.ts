import assert from 'node:assert/strict';
import { createCall } from '../../domain/call.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { LogArguments } from '../../federation/api.ts';
import type { Fault } from '../../sandbox/types.ts';
import { drawFrom } from './draw.ts';
import type { Draw } from './draw.ts';
import { readsBesideOddRows } from './odd-rows.ts';
import { idsOf, onStart, readPage, walk, whole } from './reading.ts';
import type { Law, WalkedPage, SourceInLaw, SourceUnderTest } from './reading.ts';
import { throughProxy } from './service-proxy.ts';
import type { ServiceProxy } from './service-proxy.ts';

const HTML = '<html><body>Bad gateway</body></html>';

/** What happens to calls. */
const FAULTS: Readonly<Record<string, Fault['what']>> = {
  '429 with Retry-After': { do: 'status', status: 429, body: '{}', headers: { 'retry-after': '1' } },
  '429 without Retry-After': { do: 'status', status: 429, body: '{}', headers: {} },
  '500': { do: 'status', status: 500, body: HTML },
  '503': { do: 'status', status: 503, body: HTML },
  'a reset connection': { do: 'reset' },
  'a body that is cut at once': { do: 'cut', after: 0 },
  'a body that is cut in the middle': { do: 'cut', after: 0.5 },
  'a body that is cut near its end': { do: 'cut', after: 0.95 },
};

/** Pages of a walk through faults. */
const PAGES = 4;

/** How often a page is asked for: what is wrong passes. */
const MOST_QUESTIONS = 10;

/** Calls that a fault hits before it passes: more than a source usually tries again. */
const MOST_HITS = 4;

/** Lines that are written during one walk. If every call caused a write, no walk would end. */
const MOST_WRITES = 5;

/** Lines of the page that is read while a fault lasts. */
const PAGE = 1_000;

/** The laws that need a proxy before the service: none without `service`. */
export function failureLaws(under: SourceUnderTest, seed: number): readonly Law[] {
  const { service, write } = under;
  if (service === undefined) return [];
  const law = (name: string, check: Check): Law => ({
    name,
    check: () => throughProxy({ ...under, service }, (reading, proxy) => check(reading, proxy, drawFrom(seed))),
  });
  const laws = [
    law('gives the same lines and jobs through failures that pass, only later', walksThroughFaults),
    law('says why jobs and lines are missing while a failure lasts', saysWhatFails),
    law('gives all other lines if a field of one row is odd', readsBesideOddRows),
  ];
  if (write === undefined) return laws;
  return [
    ...laws,
    law('neither loses nor repeats a line that is written between two calls, while calls fail', (...asked) =>
      walksWhileCallsWrite(write, ...asked),
    ),
  ];
}

type Check = (reading: SourceInLaw, proxy: ServiceProxy, draw: Draw) => Promise<void>;

/** A page that fails with a stated error is asked for again. Anything else is a page. */
async function patiently<T extends Pick<WalkedPage, 'failures'>>(ask: () => Promise<T>, during: string): Promise<T> {
  let failed: unknown = null;
  for (let question = 0; question < MOST_QUESTIONS; question += 1) {
    const page = await orStated(ask, during);
    if (!(page instanceof Error) && page.failures.length === 0) return page;
    failed = page instanceof Error ? page : page.failures;
  }
  throw new assert.AssertionError({ message: `a page does not come after ${during}: ${String(failed)}` });
}

/** What is asked for, or the error that the source states. */
async function orStated<T>(ask: () => Promise<T>, during: string): Promise<T | TributaryError> {
  return ask().catch((error: unknown) => {
    if (error instanceof TributaryError && error.code.startsWith('SOURCE_')) return error;
    throw new assert.AssertionError({ message: `no error of a source during ${during}: ${String(error)}` });
  });
}

async function listJobs(reading: SourceInLaw) {
  const { source } = reading;
  return onStart(reading, async ({ federation }) => {
    const connection = federation.jobs({ sources: [source], first: 20, listFailures: true }, createCall());
    const nodes = await connection.nodes();
    return { keys: nodes.map(({ key }) => key), failures: await connection.failures() };
  });
}

/** What is asked for where nothing fails, and how many calls that is. */
async function counted<T>(proxy: ServiceProxy, ask: () => Promise<T>): Promise<readonly [answer: T, calls: number]> {
  proxy.begin();
  const answer = await ask();
  return [answer, proxy.calls()];
}

async function walksThroughFaults(reading: SourceInLaw, proxy: ServiceProxy, draw: Draw): Promise<void> {
  const [lines, calls] = await counted(proxy, () => whole(reading));
  const [jobs, jobCalls] = await counted(proxy, () => listJobs(reading));
  const size = Math.max(1, Math.ceil(lines.length / PAGES));
  const perPage = Math.ceil(calls / Math.ceil(Math.max(1, lines.length) / PAGE));
  for (const [index, [name, what]] of Object.entries(FAULTS).entries()) {
    // Every second fault forward, the others backward.
    const back = index % 2 === 1;
    const found = await walk(reading, { size, back }, undefined, async (under, args) => {
      breakSome(proxy, what, perPage, draw);
      return patiently(() => readPage(under, args), name);
    });
    assert.deepEqual(idsOf(found), idsOf(lines), `other lines ${back ? 'backward' : 'forward'} through ${name}`);
    breakSome(proxy, what, jobCalls, draw);
    const { keys } = await patiently(() => listJobs(reading), name);
    assert.deepEqual(keys, jobs.keys, `other jobs through ${name}`);
  }
}

/** A few calls in a row fail, from any of the first `calls` on. */
function breakSome(proxy: ServiceProxy, what: Fault['what'], calls: number, draw: Draw): void {
  proxy.begin();
  const from = draw(calls);
  const until = from + 1 + draw(MOST_HITS);
  proxy.inject(what, (call) => call >= from && call < until);
}

async function saysWhatFails(reading: SourceInLaw, proxy: ServiceProxy, draw: Draw): Promise<void> {
  const { source, job } = reading;
  const args: LogArguments = { first: PAGE };
  const [{ nodes }, calls] = await counted(proxy, () => readPage(reading, args));
  const [jobs, jobCalls] = await counted(proxy, () => listJobs(reading));
  for (const [name, what] of Object.entries(FAULTS)) {
    const breakFrom = (from: number): void => {
      proxy.begin();
      proxy.inject(what, (call) => call >= from);
    };
    for (const from of new Set([0, draw(calls)])) {
      breakFrom(from);
      const page = await orStated(() => readPage(reading, args), name);
      if (!(page instanceof Error)) checkPart(idsOf(page.nodes), idsOf(nodes), { ...page, what: 'lines', name });
    }
    for (const from of new Set([0, draw(jobCalls)])) {
      breakFrom(from);
      const page = await orStated(() => listJobs(reading), name);
      if (!(page instanceof Error)) checkPart(page.keys, jobs.keys, { ...page, what: 'jobs', name });
    }
    breakFrom(0);
    const found = await orStated(
      () => onStart(reading, async ({ federation }) => federation.job({ source, key: job }, createCall())),
      name,
    );
    assert.notEqual(found, null, `a job that is there is not found during ${name}, and no error says why`);
  }
}

/** What comes is a part of the whole. If something is missing, failures say so. */
function checkPart(
  found: readonly string[],
  all: readonly string[],
  { failures, what, name }: Pick<WalkedPage, 'failures'> & { readonly what: string; readonly name: string },
): void {
  const known = new Set(all);
  assert.ok(
    found.every((one) => known.has(one)),
    `${what} come during ${name} that are not there otherwise`,
  );
  if (failures.length > 0) return;
  assert.deepEqual(found, all, `${what} are missing during ${name}, and no failure says why`);
}

async function walksWhileCallsWrite(
  write: () => Promise<void> | void,
  ...[reading, proxy, draw]: Parameters<Check>
): Promise<void> {
  const names = Object.keys(FAULTS);
  for (const back of [false, true]) {
    const [before, calls] = await counted(proxy, () => whole(reading));
    let writes = 0;
    let last: string | undefined;
    const due = new Set(idsOf(before));
    const size = Math.max(1, Math.ceil(before.length / PAGES));
    const found = await walk(reading, { size, back }, undefined, async (under, args) => {
      proxy.begin();
      // What lies ahead before a page is asked for has to come.
      for (const id of linesAhead(idsOf(await whole(reading)), last, back)) due.add(id);
      const name = names[draw(names.length)] ?? '';
      const what = FAULTS[name];
      if (what !== undefined) breakSome(proxy, what, calls, draw);
      proxy.beforeCalls(async () => {
        writes += 1;
        if (writes <= MOST_WRITES) await write();
      });
      const page = await patiently(() => readPage(under, args), name);
      last = page.nodes.at(back ? 0 : -1)?.id ?? last;
      return page;
    });
    proxy.begin();
    const places = new Map(idsOf(await whole(reading)).map((id, index) => [id, index]));
    const walked = idsOf(found).map((id) => places.get(id) ?? -1);
    assert.ok(!walked.includes(-1), 'a line comes that is not there later');
    assert.equal(new Set(walked).size, walked.length, 'a line is repeated');
    assert.deepEqual(
      walked,
      walked.toSorted((a, b) => a - b),
      'lines come out of order',
    );
    const given = new Set(idsOf(found));
    assert.deepEqual(
      [...due].filter((id) => !given.has(id)),
      [],
      'a line is lost that was there before its page was asked for',
    );
  }
}

/** The lines that a walk has not reached. */
function linesAhead(all: readonly string[], last: string | undefined, back: boolean): readonly string[] {
  if (last === undefined) return all;
  const at = all.indexOf(last);
  assert.ok(at !== -1, 'a line comes that is not there later');
  return back ? all.slice(0, at) : all.slice(at + 1);
}
