import type { Permission, SourcePause } from '../http/policy/allowance.ts';
import type { RateWindowSize } from '../http/policy/rate-window.ts';
import type { StreamPlace } from '../sharing/link.ts';
import type { Message, MessageKind } from '../sharing/message.ts';
import { AllowanceBook } from './allowance-book.ts';
import { Streams } from './streams.ts';
import type { SharedFeed } from './streams.ts';

/** How long a worker that stopped responding keeps its jobs. One that dies loses them at once. */
export const LEASE_MILLISECONDS = 15_000;

/** Above this many characters on their way to one worker, it is sent no messages: it reads from the vendor. */
const MOST_PENDING_CHARACTERS = 16_000_000;

export interface WorkerEnd {
  /** Passes a message of a stream on; `sent` is called when it has left this process. */
  readonly deliver: (stream: string, message: Message, sent: () => void) => void;
  /** Something is known about these limits for that long: calls have to ask. */
  readonly known: (name: string, milliseconds: number) => void;
}

interface Follower {
  readonly end: WorkerEnd;
  readonly streams: Set<string>;
  /** Streams of which messages were left out. */
  readonly behind: Set<string>;
  pending: number;
}

/**
 * Keeps what the workers of one service share, in the primary process: leases, streams of lines and the limits of
 * sources. It does in memory what `src/redis` does in Redis, and every method is one step.
 */
export class Broker {
  readonly #now: () => number;
  readonly #streams: Streams;
  readonly #book: AllowanceBook;
  readonly #workers = new Map<number, Follower>();

  /** `now`: milliseconds since 1970, of a clock that is never put back. */
  constructor(now: () => number = () => performance.timeOrigin + performance.now()) {
    this.#now = now;
    this.#streams = new Streams(now);
    this.#book = new AllowanceBook(now);
  }

  join(worker: number, end: WorkerEnd): void {
    this.#workers.set(worker, { end, streams: new Set(), behind: new Set(), pending: 0 });
    for (const name of this.#book.names()) this.#tellKnown(name, [end]);
  }

  /** The worker is gone: the others take over what it polled. */
  leave(worker: number): void {
    this.#workers.delete(worker);
    for (const stream of this.#streams.names()) {
      const feed = this.#streams.peek(stream);
      if (feed?.lease?.worker !== worker) continue;
      feed.lease = null;
      this.#append(stream, feed, '', 'released', '');
    }
  }

  hold(worker: number, stream: string, owner: string, token: string | null): string | null {
    const feed = this.#streams.of(stream);
    const lease = this.#leaseOf(feed);
    if (lease !== null && lease.token !== token && lease.owner !== owner) return null;
    const isRenewed = token !== null && lease?.token === token;
    if (!isRenewed) feed.terms += 1;
    const held = isRenewed ? token : `${feed.terms}:${owner}`;
    feed.lease = { token: held, owner, worker, until: this.#now() + LEASE_MILLISECONDS };
    return held;
  }

  release(stream: string, token: string): void {
    const feed = this.#streams.of(stream);
    if (this.#leaseOf(feed)?.token === token) feed.lease = null;
  }

  /** False: the token does not hold the lease. */
  publish(
    worker: number,
    stream: string,
    token: string | null,
    sender: string,
    kind: MessageKind,
    body: string,
  ): boolean {
    const feed = this.#streams.of(stream);
    if (token !== null && this.#leaseOf(feed)?.token !== token) return false;
    this.#append(stream, feed, sender, kind, body, worker);
    return true;
  }

  endOf(stream: string): StreamPlace {
    const { id, number } = this.#streams.of(stream).messages.at(-1) ?? { id: '0-0', number: 0 };
    return { id, number };
  }

  follow(worker: number, stream: string, id: string): void {
    const follower = this.#workers.get(worker);
    if (follower === undefined) return;
    follower.streams.add(stream);
    for (const message of this.#streams.after(stream, id)) this.#deliver(follower, stream, message);
  }

  unfollow(worker: number, stream: string): void {
    const follower = this.#workers.get(worker);
    follower?.streams.delete(stream);
    follower?.behind.delete(stream);
  }

  ask(name: string, count: number, window: RateWindowSize | null): Permission {
    return this.#book.ask(name, count, window);
  }

  pause(name: string, pause: SourcePause): void {
    this.#book.pause(name, pause);
    this.#tellKnown(name);
  }

  refuse(name: string, milliseconds: number): void {
    this.#book.refuse(name, milliseconds);
    this.#tellKnown(name);
  }

  accept(name: string): void {
    this.#book.accept(name);
    this.#tellKnown(name);
  }

  #leaseOf(feed: SharedFeed): SharedFeed['lease'] {
    return feed.lease !== null && feed.lease.until > this.#now() ? feed.lease : null;
  }

  #append(
    stream: string,
    feed: SharedFeed,
    sender: string,
    kind: MessageKind,
    body: string,
    from: number | null = null,
  ): void {
    const message = this.#streams.add(feed, sender, kind, body);
    for (const [worker, follower] of this.#workers) {
      if (!follower.streams.has(stream)) continue;
      // A worker has the lines that it sent, and needs to know only that they were taken.
      const isOwn = worker === from && kind === 'lines';
      this.#deliver(follower, stream, isOwn ? { ...message, body: '' } : message);
    }
  }

  /** A worker that takes too little misses messages; it sees that by the numbers of those that come later. */
  #deliver(follower: Follower, stream: string, message: Message): void {
    if (follower.pending > MOST_PENDING_CHARACTERS) {
      follower.behind.add(stream);
      return;
    }
    const size = message.body.length + stream.length;
    follower.pending += size;
    follower.end.deliver(stream, message, () => {
      follower.pending -= size;
      if (follower.pending <= MOST_PENDING_CHARACTERS / 2) this.#showLast(follower);
    });
  }

  #showLast(follower: Follower): void {
    for (const stream of follower.behind) {
      follower.behind.delete(stream);
      const last = this.#streams.peek(stream)?.messages.at(-1);
      if (last !== undefined) this.#deliver(follower, stream, last);
    }
  }

  #tellKnown(name: string, ends = [...this.#workers.values()].map(({ end }) => end)): void {
    const milliseconds = this.#book.knownFor(name);
    for (const end of ends) end.known(name, milliseconds);
  }
}
