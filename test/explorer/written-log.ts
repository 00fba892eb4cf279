/** A service whose one job has the lines that a test writes, and whose tail does what the test says. */
import { fileURLToPath } from 'node:url';
import { buildExplorer } from '../../explorer/build.ts';
import { formatInstant, parseInstant } from '../../src/domain/time.ts';
import type {
  Edge,
  EntryRef,
  LogArguments,
  LogConnection,
  LogHistogram,
  LogNode,
  LogStreamEvent,
  SourceFailure,
} from '../../src/federation/api.ts';
import { encodeEntryId, encodeNodeId } from '../../src/federation/node-id.ts';
import { createServer } from '../../src/server/server.ts';
import { fakeEntry, fakeFederation } from '../resolvers/fake-federation.ts';
import type { Explorer } from './stand.ts';

const JOB = { source: 'up', key: 'written' };
const BEGIN = 1_772_355_600_000_000_000n;
/** From one line to the next. */
const STEP = 10_000_000n;
const BUILT = fileURLToPath(new URL('../../dist/explorer', import.meta.url));

export interface WrittenLog extends Explorer {
  /** Where the job's log is. */
  readonly job: string;
  readonly lines: readonly LogNode[];
  /** What is missing of each page. */
  failures: readonly SourceFailure[];
  isPartial: boolean;
  /** Pages that are read upwards or downwards come when this has resolved. */
  readonly held: Record<'older' | 'newer', Promise<void>>;
  /** As if it had just begun. */
  reset(): void;
  write(messages: readonly string[], parts?: Partial<LogNode>): readonly LogNode[];
  /** Delivers to all subscribers. */
  send(event: LogStreamEvent): void;
  sendLines(lines: readonly LogNode[], parts?: { readonly late?: boolean; readonly dropped?: number }): void;
}

const cursorOf = (line: LogNode): string => `c${line.tie}`;
const indexOf = (cursor: string): number => Number(cursor.slice(1));

const instantOf = (text: string | undefined): bigint | null =>
  text === undefined ? null : (parseInstant(text)?.nanoseconds ?? null);

/** Of the filters, only the range of time is applied. */
export async function serveWrittenLog(): Promise<WrittenLog> {
  await buildExplorer();
  const lines: LogNode[] = [];
  const followers = new Set<(event: LogStreamEvent | null) => void>();

  function page({ first, after, last, before, filter }: LogArguments): readonly [LogNode[], boolean, boolean] {
    const low = after === null || after === undefined ? 0 : indexOf(after) + 1;
    const high = before === null || before === undefined ? lines.length : indexOf(before);
    const since = instantOf(filter?.since);
    const until = instantOf(filter?.until);
    const isInside = ({ time }: LogNode): boolean =>
      (since === null || time >= since) && (until === null || time < until);
    const all = since === null && until === null ? lines.slice(low, high) : lines.slice(low, high).filter(isInside);
    const found = last === null || last === undefined ? all.slice(0, first ?? 100) : all.slice(-last);
    return [found, found[0] !== all[0], found.at(-1) !== all.at(-1)];
  }

  function connection(args: LogArguments): LogConnection {
    const read = async (): Promise<ReturnType<typeof page>> => {
      await log.held[args.last === null || args.last === undefined ? 'newer' : 'older'];
      return page(args);
    };
    return {
      edges: async () => (await read())[0].map((node): Edge<LogNode> => ({ node, cursor: cursorOf(node) })),
      nodes: async () => (await read())[0],
      pageInfo: async () => {
        const [found, hasPreviousPage, hasNextPage] = await read();
        const [begin, end] = [found[0], found.at(-1)];
        return {
          hasPreviousPage,
          hasNextPage,
          startCursor: begin === undefined ? null : cursorOf(begin),
          endCursor: end === undefined ? null : cursorOf(end),
        };
      },
      totalCount: () => Promise.resolve(lines.length),
      isComplete: () => Promise.resolve(false),
      failures: () => Promise.resolve(log.failures),
    };
  }

  function histogram(): LogHistogram {
    const [from, until] = [lines[0]?.timestamp ?? '', lines.at(-1)?.timestamp ?? ''];
    const bucket = { from, until, total: lines.length, counts: [{ severity: 'INFO' as const, count: lines.length }] };
    return {
      from,
      until,
      coveredFrom: log.isPartial ? (lines[lines.length >> 1]?.timestamp ?? null) : from,
      buckets: lines.length === 0 ? [] : [bucket],
      total: lines.length,
      isPartial: log.isPartial,
      failures: [],
    };
  }

  async function* tail(after: string | null, signal: AbortSignal): AsyncGenerator<LogStreamEvent, void, undefined> {
    const queue: (LogStreamEvent | null)[] = [];
    let wake: () => void = () => undefined;
    const follower = (event: LogStreamEvent | null): void => {
      queue.push(event);
      wake();
    };
    signal.addEventListener('abort', () => {
      follower(null);
    });
    if (after !== null && indexOf(after) + 1 < lines.length) queue.push(batchOf(lines.slice(indexOf(after) + 1), {}));
    queue.push({ type: 'LogStreamStatus', state: 'LIVE', lagSeconds: 0, cursor: end(), failure: null });
    followers.add(follower);
    try {
      for (;;) {
        const event = queue.shift();
        if (event === null) return;
        if (event !== undefined) yield event;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      followers.delete(follower);
    }
  }

  const end = (): string => `c${lines.length - 1}`;

  function batchOf(
    sent: readonly LogNode[],
    { late = false, dropped }: { readonly late?: boolean; readonly dropped?: number },
  ): LogStreamEvent {
    const missing = { count: dropped ?? null, reason: 'a test says so', firstCursor: null, lastCursor: null };
    return {
      type: 'LogBatch',
      edges: sent.map((node) => ({ node, cursor: cursorOf(node), late })),
      cursor: end(),
      hasMorePastEntries: false,
      mayRepeat: false,
      dropped: dropped === undefined ? null : missing,
    };
  }

  const federation = fakeFederation({
    logs: (_scopes, args) => connection(args),
    histogram: () => Promise.resolve(histogram()),
    entry: ({ tie }: EntryRef) => Promise.resolve(lines[Number(tie)] ?? null),
    tail: (_jobs, { after }, call) => tail(after ?? null, call.signal),
    close: () => {
      for (const follower of followers) follower(null);
      return Promise.resolve();
    },
  });
  const server = await createServer({
    federation,
    host: '127.0.0.1',
    port: 0,
    explorer: BUILT,
    graceMilliseconds: 200,
  });

  const log: WrittenLog = {
    url: server.url,
    job: `${server.url}/?job=${encodeURIComponent(encodeNodeId('Job', JOB.source, JOB.key))}`,
    lines,
    failures: [],
    isPartial: false,
    held: { older: Promise.resolve(), newer: Promise.resolve() },
    reset() {
      lines.length = 0;
      Object.assign(log.held, { older: Promise.resolve(), newer: Promise.resolve() });
      Object.assign(log, { failures: [], isPartial: false });
    },
    write(messages, parts = {}) {
      const written = messages.map((message, offset): LogNode => {
        const index = lines.length + offset;
        const place = { time: BEGIN + BigInt(index) * STEP, tie: String(index) };
        return fakeEntry(JOB, index, {
          ...place,
          id: encodeEntryId({ ...JOB, partition: '', ...place }),
          timestamp: formatInstant(place.time),
          message,
          stepKey: null,
          ...parts,
        });
      });
      lines.push(...written);
      return written;
    },
    send(event) {
      for (const follower of followers) follower(event);
    },
    sendLines(sent, parts = {}) {
      log.send(batchOf(sent, parts));
    },
    stop: () => server.close(),
  };
  return log;
}
