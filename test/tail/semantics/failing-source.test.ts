import { describe, expect, test } from 'vitest';
import type { SandboxLine } from '../../../src/sandbox/types.ts';
import type { Follower, StreamEvent } from '../follower.ts';
import { fresh, TAILED } from '../vendors.ts';
import { counts, followBoth, leaveAll, outOfOrder, untilAll, untilAllHave, untilAllLive } from './followers.ts';
import { stand } from './swift-stand.ts';

const FAILURES = [
  { status: 502, state: 'SOURCE_ERROR', code: 'SOURCE_UNAVAILABLE' },
  { status: 429, state: 'BACKING_OFF', code: 'SOURCE_RATE_LIMITED' },
] as const;

const PAIRS = TAILED.flatMap((failing, index) =>
  FAILURES.map((failure) => ({ ...failure, failing, healthy: TAILED[(index + 1) % TAILED.length]! })),
);

type StatusEvent = Extract<StreamEvent, { __typename: 'LogStreamStatus' }>;

function statuses({ events }: Follower): StatusEvent[] {
  return events.filter((event) => event.__typename === 'LogStreamStatus');
}

describe('several jobs, of which one source fails, over WebSocket and SSE', () => {
  test.each(PAIRS)('$failing.vendor answers $status beside $healthy.vendor', async (pair) => {
    const { failing, healthy, status, state, code } = pair;
    const service = await stand({
      vendors: { ill: failing.simulate(), well: healthy.simulate() },
      configuration: { ill: failing.configuration, well: healthy.configuration },
    });
    const { ill, well } = service.vendors;
    const keys = { ill: ill.simulation.createJob(), well: well.simulation.createJob() };
    const jobs = [service.id('ill', keys.ill), service.id('well', keys.well)];
    const written: SandboxLine[] = [];
    const write = (who: keyof typeof keys): void => {
      const lines = fresh(3);
      service.vendors[who].simulation.write(keys[who], lines);
      written.push(...lines);
    };
    write('ill');
    write('well');
    const followers = followBoth(service.url, { jobs, tail: 100 });
    await untilAllHave(followers, 6);
    await untilAllLive(followers);

    ill.inject({ what: { do: 'status', status, body: 'no' } });
    await untilAll(followers, (it) => statuses(it).at(-1)?.state === state, `it says ${state}`);
    for (const follower of followers) {
      expect(statuses(follower).at(-1)?.failure).toEqual({ code, source: 'ill' });
    }
    write('ill');
    write('well');
    // The other source goes on meanwhile.
    await untilAllHave(followers, 9);
    // Subscribers that begin or resume while it fails get what there is when it answers.
    const after = followers[0]!.events.find(({ __typename }) => __typename === 'LogBatch')!.cursor;
    const others = [...followBoth(service.url, { jobs, tail: 100 }), ...followBoth(service.url, { jobs, after })];
    await untilAll(others, (it) => statuses(it).some((told) => told.state === state), `it says ${state}, too`);

    ill.clearFaults();
    await untilAllHave(followers, 12);
    write('ill');
    write('well');
    await untilAllHave([...followers, ...others.slice(0, 2)], written.length);
    for (const follower of [...followers, ...others.slice(0, 2)]) {
      await follower.until((it) => statuses(it).at(-1)?.state === 'LIVE', 'it is live again');
      expect(counts(follower.lines)).toEqual(counts(written));
      expect(outOfOrder(follower.lines)).toEqual([]);
    }
    const had = batchesUpTo(followers[0]!, after);
    for (const follower of others.slice(2)) {
      await untilAllHave([follower], written.length - had.length);
      expect(counts([...had, ...follower.lines])).toEqual(counts(written));
    }
    await leaveAll([...followers, ...others]);
  });
});

/** The lines of the events up to the one with that cursor. */
function batchesUpTo({ events }: Follower, cursor: string): { readonly message: string }[] {
  const last = events.findIndex((event) => event.cursor === cursor);
  return events
    .slice(0, last + 1)
    .flatMap((event) => (event.__typename === 'LogBatch' ? event.edges.map(({ node }) => node) : []));
}
