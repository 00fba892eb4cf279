import { describe, expect, test } from 'vitest';
import type { Call } from '../../src/domain/call.ts';
import { Caller } from '../../src/http/policy/caller.ts';
import { createSharedStreams } from '../../src/http/policy/shared-stream.ts';
import type { Begin } from '../../src/http/policy/shared-stream.ts';
import { Cancellation } from '../../src/http/request/abort.ts';
import { rejection } from './loopback.ts';

/** A stream that does what it is told. */
interface FakeStream {
  readonly shared: Caller;
  readonly begin: () => void;
  readonly give: (item: string) => void;
  readonly end: () => void;
  readonly fail: (error: Error) => void;
}

interface Asking {
  readonly key?: string;
  readonly priority?: Call['priority'];
  /** The item that its sink throws at. */
  readonly failsAt?: string;
}

function callerOf(priority: Call['priority'], cancellation: Cancellation): Caller {
  return new Caller([{ asker: { caller: null }, priority }], cancellation);
}

function setUp() {
  const streams = createSharedStreams();
  const started: FakeStream[] = [];

  function start(shared: Caller, begin: Begin<string>): Promise<void> {
    return new Promise((resolve, reject) => {
      let sink: ((item: string) => void) | undefined;
      started.push({
        shared,
        begin: () => void (sink = begin()),
        give: (item) => {
          sink ??= begin();
          sink(item);
        },
        end: resolve,
        fail: reject,
      });
    });
  }

  /** A caller that records what it gets: `|` where its stream begins. */
  function ask({ key = 'a', priority = 'interactive', failsAt = '' }: Asking = {}) {
    const cancellation = new Cancellation();
    const got: string[] = [];
    const begin = () => {
      got.push('|');
      return (item: string) => {
        if (item === failsAt) throw new Error(`no ${item}`);
        got.push(item);
      };
    };
    const done = streams.join(key, callerOf(priority, cancellation), begin, start);
    // A caller may never look at how its stream ends.
    done.catch(() => undefined);
    return { cancellation, got, done };
  }

  return { ask, started };
}

describe('a shared stream', () => {
  test('gives everything to all who joined it before its first item', async () => {
    const { ask, started } = setUp();
    const [one, two] = [ask(), ask()];
    started[0]?.begin();
    const three = ask();
    for (const item of ['x', 'y']) started[0]?.give(item);
    started[0]?.end();
    await Promise.all([one.done, two.done, three.done]);
    expect(started).toHaveLength(1);
    for (const { got } of [one, two, three]) expect(got).toEqual(['|', 'x', 'y']);
  });

  test('is not joined after its first item: later callers share another one', async () => {
    const { ask, started } = setUp();
    const early = ask();
    started[0]?.give('x');
    const late = [ask(), ask()];
    expect(started).toHaveLength(2);
    started[1]?.give('x');
    for (const stream of started) {
      stream.give('y');
      stream.end();
    }
    await Promise.all([early, ...late].map(({ done }) => done));
    for (const { got } of [early, ...late]) expect(got).toEqual(['|', 'x', 'y']);
  });

  test('is not joined once it has ended or failed, also without an item', async () => {
    const { ask, started } = setUp();
    const first = ask();
    started[0]?.end();
    await first.done;
    expect(first.got).toEqual(['|']);
    const second = ask();
    started[1]?.fail(new Error('cut'));
    await rejection(second.done);
    ask();
    expect(started).toHaveLength(3);
  });

  test('is not shared under another key', () => {
    const { ask, started } = setUp();
    ask();
    ask({ key: 'b' });
    expect(started).toHaveLength(2);
  });

  test('fails for all, and those who ask again share again', async () => {
    const { ask, started } = setUp();
    const callers = [ask(), ask()];
    const cut = new Error('cut');
    started[0]?.give('x');
    started[0]?.fail(cut);
    for (const { done } of callers) expect(await rejection(done)).toBe(cut);
    ask();
    ask();
    expect(started).toHaveLength(2);
  });

  test('that breaks begins again for all, and is still closed to others', async () => {
    const { ask, started } = setUp();
    const callers = [ask(), ask()];
    started[0]?.begin();
    started[0]?.give('x');
    started[0]?.begin();
    ask();
    expect(started).toHaveLength(2);
    for (const item of ['x', 'y']) started[0]?.give(item);
    started[0]?.end();
    for (const { done, got } of callers) {
      await done;
      expect(got).toEqual(['|', 'x', '|', 'x', 'y']);
    }
  });

  test('that breaks before its first item has not begun for anybody', async () => {
    const { ask, started } = setUp();
    const early = ask();
    started[0]?.begin();
    started[0]?.begin();
    const joins = ask();
    started[0]?.give('x');
    started[0]?.end();
    await Promise.all([early.done, joins.done]);
    expect(started).toHaveLength(1);
    for (const { got } of [early, joins]) expect(got).toEqual(['|', 'x']);
  });

  test('has the turns of all its callers, the most urgent among them', () => {
    const { ask, started } = setUp();
    ask({ priority: 'poll' });
    expect(started[0]?.shared.claims.map(({ priority }) => priority)).toEqual(['poll']);
    ask();
    ask({ priority: 'poll' });
    expect(started[0]?.shared.claims.map(({ priority }) => priority)).toContain('interactive');
    expect(started).toHaveLength(1);
  });
});

describe('a caller that leaves a shared stream', () => {
  test('gets nothing more, and leaves it to the others', async () => {
    const { ask, started } = setUp();
    const [leaves, stays] = [ask(), ask()];
    started[0]?.give('x');
    leaves.cancellation.cancel();
    expect(await rejection(leaves.done)).toBe(leaves.cancellation.reason);
    started[0]?.give('y');
    started[0]?.end();
    await stays.done;
    expect([leaves.got, stays.got]).toEqual([
      ['|', 'x'],
      ['|', 'x', 'y'],
    ]);
    expect(started[0]?.shared.cancellation.aborted).toBe(false);
  });

  test('cancels it when it is the last, which stops at its next item', async () => {
    const { ask, started } = setUp();
    const callers = [ask(), ask()];
    started[0]?.give('x');
    for (const { cancellation } of callers) {
      expect(started[0]?.shared.cancellation.aborted).toBe(false);
      cancellation.cancel();
    }
    for (const { done, cancellation } of callers) expect(await rejection(done)).toBe(cancellation.reason);
    const [stream] = started;
    expect(stream?.shared.cancellation.aborted).toBe(true);
    expect(() => {
      stream?.give('y');
    }).toThrow(stream!.shared.cancellation.reason);
  });

  test('as the last does not cancel the calls of later callers', () => {
    const { ask, started } = setUp();
    ask().cancellation.cancel();
    ask();
    expect(started.map(({ shared }) => shared.cancellation.aborted)).toEqual([true, false]);
  });

  test('does not touch a stream that has ended', async () => {
    const { ask, started } = setUp();
    const caller = ask();
    started[0]?.end();
    await caller.done;
    caller.cancellation.cancel();
    expect(started[0]?.shared.cancellation.aborted).toBe(false);
  });

  test('had left before it asked, and asks nothing', async () => {
    const streams = createSharedStreams();
    const cancellation = new Cancellation();
    cancellation.cancel();
    const answer = streams.join(
      'a',
      callerOf('interactive', cancellation),
      () => {
        throw new Error('It begins.');
      },
      () => {
        throw new Error('It starts.');
      },
    );
    expect(await rejection(answer)).toBe(cancellation.reason);
  });

  test('may leave by an error of its own, which is nobody else’s', async () => {
    const { ask, started } = setUp();
    const [bad, good] = [ask({ failsAt: 'y' }), ask()];
    for (const item of ['x', 'y', 'z']) started[0]?.give(item);
    started[0]?.end();
    expect(await rejection(bad.done)).toMatchObject({ message: 'no y' });
    await good.done;
    expect(bad.got).toEqual(['|', 'x']);
    expect(good.got).toEqual(['|', 'x', 'y', 'z']);
  });

  test('by an error of its own cancels it when it is the last', async () => {
    const { ask, started } = setUp();
    const bad = ask({ failsAt: 'x' });
    expect(() => started[0]?.give('x')).toThrow();
    expect(await rejection(bad.done)).toMatchObject({ message: 'no x' });
    expect(started[0]?.shared.cancellation.aborted).toBe(true);
  });
});
