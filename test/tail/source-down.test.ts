import { expect, test } from 'vitest';
import { simulateByteNite } from '../../src/sandbox/bytenite/index.ts';
import { simulateNemo } from '../../src/sandbox/nemo/index.ts';
import { simulateSoftwareOne } from '../../src/sandbox/softwareone/index.ts';
import { eventually, follow } from './follower.ts';
import type { Follower } from './follower.ts';
import { stand } from './stand.ts';
import { fresh, texts } from './vendors.ts';

/** Three jobs, of which the source of the second does not answer. */
async function oneDown() {
  const service = await stand({
    vendors: { one: simulateNemo(), two: simulateByteNite(), three: simulateSoftwareOne() },
  });
  const names = ['one', 'two', 'three'] as const;
  const keys = names.map((name) => service.vendors[name].simulation.createJob());
  const jobs = names.map((name, index) => service.id(name, keys[index]!));
  const write = (index: number, count: number): string[] => {
    const lines = fresh(count);
    service.vendors[names[index]!].simulation.write(keys[index]!, lines);
    return texts(lines);
  };
  const down = service.vendors.two.inject({ what: { do: 'status', status: 503 } });
  return { service, jobs, write, down };
}

const statuses = ({ events }: Follower) =>
  events.flatMap((event) => (event.__typename === 'LogStreamStatus' ? [event.state] : []));
const has = (expected: readonly string[]) => (follower: Follower) =>
  expected.every((text) => texts(follower.lines).includes(text));

test.each(['WebSocket', 'SSE'] as const)(
  'a tail of several jobs over %s begins with the sources that answer, and says which one does not',
  async (transport) => {
    const { service, jobs, write, down } = await oneDown();
    const history = [...write(0, 5), ...write(2, 5)];
    const missed = write(1, 5);
    const follower = follow(transport, service.url, { jobs, tail: 100 });
    await follower.until(has(history));
    expect(statuses(follower)).toContain('SOURCE_ERROR');
    const meanwhile = [...write(0, 3), ...write(2, 3)];
    missed.push(...write(1, 3));
    await follower.until(has(meanwhile));
    expect(texts(follower.lines).filter((text) => missed.includes(text))).toEqual([]);
    down();
    await follower.until(has(missed));
    await follower.until((seen) => statuses(seen).at(-1) === 'LIVE');
    expect([...texts(follower.lines)].sort()).toEqual([...history, ...meanwhile, ...missed].sort());
    follower.kill();
  },
);

test('a cursor of a tail whose source is down resumes without loss and without a repeat', async () => {
  const { service, jobs, write, down } = await oneDown();
  const all = [...write(0, 4), ...write(1, 4), ...write(2, 4)];
  const seen: string[] = [];
  let args: { jobs: readonly string[]; tail?: number; after?: string | null } = { jobs, tail: 100 };
  for (let visit = 0; visit < 4; visit += 1) {
    const owed = [...write(0, 2), ...write(2, 2)];
    all.push(...owed, ...write(1, 2));
    const follower = follow('WebSocket', service.url, args);
    await follower.until((it) => owed.every((text) => texts(it.lines).includes(text)));
    seen.push(...texts(follower.lines));
    args = { jobs, after: follower.cursor };
    follower.kill();
  }
  down();
  const last = follow('WebSocket', service.url, args);
  await last.until((it) => all.every((text) => seen.includes(text) || texts(it.lines).includes(text)));
  await last.until((it) => statuses(it).at(-1) === 'LIVE');
  expect([...seen, ...texts(last.lines)].sort()).toEqual([...all].sort());
  last.kill();
});

test('a live tail of several jobs has the lines that a source wrote while it did not answer', async () => {
  const { service, jobs, write, down } = await oneDown();
  const follower = follow('SSE', service.url, { jobs });
  await follower.until((seen) => statuses(seen).includes('SOURCE_ERROR'));
  // A live tail begins with what its sources answer first.
  const isPolled = (name: 'one' | 'three') =>
    service.vendors[name].calls.filter(({ kind }) => kind === 'logs').length > 2;
  await eventually(() => isPolled('one') && isPolled('three'), 'the sources that answer are polled');
  const others = [...write(0, 3), ...write(2, 3)];
  await follower.until(has(others));
  const missed = write(1, 3);
  down();
  await follower.until(has(missed));
  expect([...texts(follower.lines)].sort()).toEqual([...others, ...missed].sort());
  follower.kill();
});
