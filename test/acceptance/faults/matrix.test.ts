import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { follow } from '../../tail/follower.ts';
import type { Follower, Line, StreamEvent } from '../../tail/follower.ts';
import type { Service } from '../service.ts';
import { NAMES, openFaultStand } from './stand.ts';
import type { FaultStand } from './stand.ts';
import { CANARY, FAULTS } from './table.ts';
import type { FaultCase } from './table.ts';

/**
 * Each vendor goes wrong in each way, over real HTTP, and the service is asked in each way: a query, a merged query, a
 * subscription and an export. What asks that vendor says so with its documented code, all others are whole, nothing that
 * the vendor has sent or that leads to it is in an answer or in the log, and all is well when the fault ends.
 */

const BY_SOURCE = `{
  sources { name jobs(first: 3) { nodes { key status logs(first: 3) { nodes { message } } } } }
}`;
const MERGED = `query ($jobs: [ID!]!) {
  jobs(first: 50) { nodes { key source { name } } failures { source code retryAfterSeconds } }
  logs(jobs: $jobs, first: 1000) { nodes { message } failures { source code retryAfterSeconds jobId } isComplete }
}`;

interface BySource {
  readonly sources: readonly { readonly name: string; readonly jobs: unknown }[];
}
interface Failure {
  readonly source: string;
  readonly code: string;
  readonly retryAfterSeconds: number | null;
  readonly jobId?: string | null;
}
interface Merged {
  readonly jobs: { readonly nodes: readonly { readonly source: { name: string } }[]; readonly failures: Failure[] };
  readonly logs: {
    readonly nodes: readonly { readonly message: string }[];
    readonly failures: Failure[];
    readonly isComplete: boolean;
  };
}
interface Exported {
  readonly status: number;
  readonly text: string;
}

let stand: FaultStand;
let well: BySource['sources'];

beforeAll(async () => {
  stand = await openFaultStand();
  const { data, errors } = await stand.questions.query<BySource>(BY_SOURCE);
  expect(errors).toBeUndefined();
  expect(data.sources.map(({ name }) => name)).toEqual(NAMES);
  well = data.sources;
});
afterAll(() => stand.close());

async function exportOf({ url }: Service, ...names: readonly string[]): Promise<Exported> {
  const jobs = names.map((name) => stand.id(name)).join(',');
  const response = await fetch(new URL(`/export?jobs=${jobs}`, url));
  return { status: response.status, text: await response.text() };
}

/** A part of the log from there on, and the texts of answers: nothing of the vendor is in them. */
function expectNoLeak(emitted: readonly string[]): void {
  const text = emitted.join('\n');
  const secrets = Object.values(stand.vendors).flatMap((vendor) => vendor.secrets());
  const { host } = new URL(stand.elsewhere.origin);
  for (const secret of [...secrets, host, CANARY, '127.0.0.1', 'localhost', 'http://', 'Bearer ', 'Basic ', 'xxxx']) {
    const at = text.indexOf(secret);
    expect(at === -1 ? '' : text.slice(Math.max(0, at - 200), at + 100)).toBe('');
  }
}

/** Without how it ended. Vendors whose clock is coarse have lines of one second in an order of their own. */
const linesOf = (text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as { message: string }).message);

const failuresOf = ({ events }: Follower): readonly StreamEvent[] =>
  events.filter((event) => event.__typename === 'LogStreamStatus' && event.failure !== null);
/** True if its last status says that a source does not answer. */
const isFailing = ({ events }: Follower): boolean => {
  const status = events.findLast((event) => event.__typename === 'LogStreamStatus');
  return status !== undefined && status.failure !== null;
};
const has =
  (texts: readonly string[]) =>
  ({ lines }: Follower): boolean =>
    texts.every((text) => lines.some(({ message }) => message === text));

/** Waits until it holds; fails with what the follower has been told instead. */
async function within(follower: Follower, holds: (follower: Follower) => boolean, what: string): Promise<void> {
  await expect
    .poll(() => (holds(follower) ? what : [what, follower.problem, ...follower.events.slice(-4)]), { interval: 5 })
    .toBe(what);
}

describe.each(NAMES)('when %s goes wrong', (name) => {
  const others = NAMES.filter((other) => other !== name);
  const other = others[0] ?? '';

  function codeOf({ code, codeOf }: FaultCase): string {
    return codeOf?.[stand.vendors[name]?.simulation.vendor ?? ''] ?? code;
  }

  /** Answers tell what is left of the time that the vendor wants: on a busy machine they come some seconds after each other. */
  function waitsOf({ retryAfterSeconds: most }: FaultCase, milliseconds: number): { retryAfterSeconds?: number } {
    if (most === undefined) return {};
    const least = Math.floor(most - milliseconds / 1_000);
    return { retryAfterSeconds: expect.toSatisfy((it: number) => it >= least && it <= most) as number };
  }

  /** A query, a merged query and exports while it is broken. */
  async function expectItsOwn(service: Service, fault: FaultCase): Promise<string[]> {
    const code = codeOf(fault);
    const jobs = NAMES.map((each) => stand.id(each));
    const begun = performance.now();
    const [bySource, merged, exported, exportedBoth, exportedOther] = await Promise.all([
      service.query<BySource>(BY_SOURCE),
      service.query<Merged>(MERGED, { jobs }),
      exportOf(service, name),
      exportOf(service, other, name),
      exportOf(service, other),
    ]);
    const waits = waitsOf(fault, performance.now() - begun);
    const extensions = { code, source: name, ...waits };

    expect(bySource.data.sources).toEqual(well.map((one) => (one.name === name ? { name, jobs: null } : one)));
    expect(bySource.errors?.map((error) => [error.path, error.extensions])).toEqual([
      [['sources', NAMES.indexOf(name), 'jobs'], extensions],
    ]);

    const row = { source: name, code, retryAfterSeconds: waits.retryAfterSeconds ?? null };
    expect(merged.errors).toBeUndefined();
    expect(merged.data.jobs.failures).toEqual([row]);
    expect(merged.data.jobs.nodes.map(({ source }) => source.name).sort()).toEqual([...others].sort());
    expect(merged.data.logs.failures).toEqual([{ ...row, jobId: stand.id(name) }]);
    expect(merged.data.logs.isComplete).toBe(false);
    expect(merged.data.logs.nodes.map(({ message }) => message).sort()).toEqual(
      others.flatMap((each) => stand.vendors[each]?.written ?? []).sort(),
    );

    for (const { status, text } of [exported, exportedBoth]) {
      expect([JSON.parse(text), status >= 400]).toMatchObject([{ errors: [{ extensions }] }, true]);
    }
    expect(linesOf(exportedOther.text).sort()).toEqual(stand.vendors[other]?.written.toSorted());
    return [bySource, merged, exported, exportedBoth, exportedOther].map(({ text }) => text);
  }

  async function expectAllWell(service: Service): Promise<void> {
    const [{ data, errors }, exported] = await Promise.all([
      service.query<BySource>(BY_SOURCE),
      exportOf(service, name),
    ]);
    expect(errors).toBeUndefined();
    expect(data.sources).toEqual(well);
    expect(linesOf(exported.text).sort()).toEqual(stand.vendors[name]?.written.toSorted());
    expect(exported.text).toContain('"status":"complete"');
  }

  /** Follows its job and that of another vendor. */
  function followBoth(service: Service, after?: string | null): Follower {
    const url = service.url.replace(/\/graphql$/, '');
    const variables = { jobs: [stand.id(name), stand.id(other)], ...(after === undefined ? {} : { after }) };
    return follow(NAMES.indexOf(name) % 2 === 0 ? 'SSE' : 'WebSocket', url, variables);
  }

  test.each(Object.entries(FAULTS))(
    'by %s, its own answers report it in time, and the others are whole',
    async (_, fault) => {
      const vendor = stand.vendors[name];
      const neighbour = stand.vendors[other];
      if (vendor === undefined || neighbour === undefined) throw new Error('There is no such vendor.');
      const { questions, tails } = fault.takesTime === true ? await stand.impatient(name) : stand;
      const [questionsLog, tailsLog] = [questions.log().length, tails.log().length];
      let follower = followBoth(tails);
      await within(
        follower,
        (it) => it.events.some((event) => 'state' in event && event.state === 'LIVE'),
        'it is live',
      );
      const begun = [...vendor.write(1), ...neighbour.write(1)];
      await within(follower, has(begun), 'the first lines are there');

      // On a busy machine a call may take longer than an impatient source has, before anything is broken.
      await within(follower, (it) => !isFailing(it), 'the tail is well');
      const early = failuresOf(follower).length;
      const mend = await vendor.breakBy(fault, stand.elsewhere.origin);
      // A failed case leaves nothing broken behind.
      onTestFinished(async () => {
        follower.kill();
        await mend();
      });
      const [missed, delivered] = [vendor.write(1), neighbour.write(1)];
      const answers = await expectItsOwn(questions, fault);
      await within(follower, has(delivered), 'the lines of the others come');
      if (fault.endsTails !== true) {
        await within(follower, (it) => failuresOf(it).length > early, 'the tail says what is wrong');
        expect(failuresOf(follower).slice(early)).toMatchObject([{ failure: { source: name, code: codeOf(fault) } }]);
      }

      await mend();
      stand.passTime();
      await expect.poll(() => expectAllWell(questions).then(() => 'well', String), { interval: 20 }).toBe('well');
      const seen: Line[] = [];
      if (fault.retryAfterSeconds !== undefined || fault.endsTails === true) {
        follower.kill();
        seen.push(...follower.lines);
        answers.push(JSON.stringify(follower.events));
        follower = followBoth(tails, follower.cursor);
      }
      missed.push(...vendor.write(1));
      await within(follower, has(missed), 'the lines that were missed come');
      seen.push(...follower.lines);
      expect(seen.map(({ message }) => message).sort()).toEqual([...begun, ...delivered, ...missed].sort());
      await follower.leave();

      expect(stand.elsewhere.visits).toEqual([]);
      const logs = [questions.log().slice(questionsLog), tails.log().slice(tailsLog)];
      for (const log of logs) expect(log).toContain('asked a source');
      expectNoLeak([...answers, JSON.stringify(follower.events), ...logs]);
    },
  );
});
