import type { Asker } from '../../domain/call.ts';
import { TributaryError } from '../../domain/errors.ts';
import { whenDue } from '../../domain/when-due.ts';
import { Cancellation } from '../request/abort.ts';
import type { LimitSettings } from '../settings.ts';
import type { Replicas } from './allowance.ts';
import type { Caller, Claim } from './caller.ts';
import type { Clock } from './clock.ts';
import { FairQueue } from './fair-queue.ts';
import { Places } from './places.ts';
import { createRateWindow } from './rate-window.ts';
import { StartPace } from './start-pace.ts';

/** Bounds how many calls of a source run at once and how fast they start. */
export interface Limiter {
  /**
   * Waits for a slot and returns a function that releases it. `since`: when the caller began to wait. Rejects with the
   * reason of a cancellation, with SOURCE_RATE_LIMITED if too many calls wait already, and with SOURCE_TIMEOUT after
   * `queueMilliseconds`.
   */
  acquire(caller: Caller, since?: number): Promise<() => void>;
  /** The same where no wait is needed. Null: `acquire` has to decide. */
  acquireNow(caller: Caller): (() => void) | null;
  /** Sets the least time between the starts of two calls; 0: no pacing. `sent`: when the call started whose answer says so. */
  pace(milliseconds: number, sent?: number): void;
  inFlight(): number;
  queued(): number;
}

export type LimiterSettings = Pick<
  LimitSettings,
  'concurrency' | 'requestsPerSecond' | 'queue' | 'callerQueue' | 'queueMilliseconds'
>;

interface Ticket {
  readonly since: number;
  /** The queues that hold this ticket: one for each claim that had room. */
  readonly places: { readonly asker: Asker; readonly queue: FairQueue<Ticket> }[];
  readonly enter: (release: () => void) => void;
}

/**
 * A poll that has waited this long gets its turn among interactive calls, so that heavy load does not silence a tail.
 */
const POLL_PATIENCE_MILLISECONDS = 5_000;

/** Interactive calls between two such polls, so that many tails do not starve queries. */
const INTERACTIVE_PER_POLL = 3;

const A_POLL: Claim = { asker: { caller: null }, priority: 'poll' };

/** The least pause before the replicas are asked again. */
const LEAST_PAUSE_MILLISECONDS = 5;

/** Creates a limiter that prefers interactive calls to polls. Within each kind, callers take turns: see `FairQueue`. */
export function createLimiter(
  source: string,
  settings: LimiterSettings,
  clock: Clock,
  replicas: Replicas | null = null,
): Limiter {
  const rate = createRateWindow(settings.requestsPerSecond);
  const queues = { interactive: new FairQueue<Ticket>(), poll: new FairQueue<Ticket>() };
  const waiting = new Set<Ticket>();
  const never = new Cancellation();
  const places = new Places(settings.concurrency);
  let pausing = false;
  const pace = new StartPace();
  let interactiveInARow = INTERACTIVE_PER_POLL;
  /** Calls that the replicas have permitted and that have not started. */
  let permitted = 0;

  function advance(): void {
    while (waiting.size > 0 && !pausing) {
      const now = clock.now();
      const isPolls = isPollsTurn(now);
      if (isPolls === null) break;
      const delay = Math.max(rate.delay(now), pace.delay(now));
      if (delay > 0) {
        pause(delay);
        return;
      }
      if (replicas !== null && permitted === 0 && !replicas.mayStart()) {
        void askOthers(replicas);
        return;
      }
      permitted = Math.max(0, permitted - 1);
      rate.start(now);
      pace.start(now);
      enterNext(isPolls, now);
    }
    // With no call waiting, unused permissions expire.
    if (waiting.size === 0) permitted = 0;
  }

  /** Asks once for all calls that could start. Only one such question is under way at a time. */
  async function askOthers({ ask }: Replicas): Promise<void> {
    pausing = true;
    const wanted = pace.isSlow ? 1 : Math.min(waiting.size, places.free);
    const { count, waitMilliseconds } = (await ask(wanted)) ?? { count: wanted, waitMilliseconds: 0 };
    const wait = Math.max(waitMilliseconds, count === 0 ? LEAST_PAUSE_MILLISECONDS : 0);
    if (wait > 0) await clock.sleep(wait, never);
    permitted = count;
    pausing = false;
    advance();
  }

  function pause(milliseconds: number): void {
    pausing = true;
    void clock.sleep(milliseconds, never).then(() => {
      pausing = false;
      advance();
    });
  }

  /** Whether a poll is next; null: no call that waits may start now. */
  function isPollsTurn(now: number): boolean | null {
    const interactive = queues.interactive.next(places.queriesAt(now));
    const poll = places.admits(A_POLL, now) ? queues.poll.next() : null;
    if (poll === null) return interactive === null ? null : false;
    const isDue = now - poll.since >= POLL_PATIENCE_MILLISECONDS && interactiveInARow >= INTERACTIVE_PER_POLL;
    return interactive === null || isDue;
  }

  function enterNext(isPolls: boolean, now: number): void {
    interactiveInARow = isPolls ? 0 : interactiveInARow + 1;
    const next = isPolls ? queues.poll.take() : queues.interactive.take(places.queriesAt(now));
    if (next === null) throw new Error('The queue is empty');
    next.item.enter(placeOf(next.asker));
  }

  function placeOf(asker: Asker): () => void {
    const leave = places.take(asker, () => clock.now());
    return () => {
      leave();
      advance();
    };
  }

  /** Takes a slot without waiting. Null if no slot is free or other calls wait already. */
  function placeAtOnce(claims: readonly Claim[]): (() => void) | null {
    // Where a call must ask the replicas first, that takes time.
    if (claims.length === 0 || waiting.size > 0 || replicas?.mayStart() === false) return null;
    const now = clock.now();
    const claim = pausing ? undefined : claims.find((each) => places.admits(each, now));
    if (claim === undefined) return null;
    if (rate.delay(now) > 0 || pace.delay(now) > 0) return null;
    rate.start(now);
    pace.start(now);
    interactiveInARow = claims.some(({ priority }) => priority === 'interactive') ? interactiveInARow + 1 : 0;
    return placeOf(claim.asker);
  }

  /**
   * How many calls of one caller may wait. The remaining room in the queue is also a bound, so that callers with many
   * calls leave room for a caller with none. Polls leave half of the queue to queries.
   */
  function mostOfCaller(priority: Claim['priority']): number {
    const left = settings.queue - waiting.size;
    const room = priority === 'poll' ? Math.min(left, Math.ceil(settings.queue / 2) - queues.poll.size) : left;
    return Math.min(settings.callerQueue, room);
  }

  function sizeFor(asker: Asker): number {
    return queues.interactive.sizeFor(asker) + queues.poll.sizeFor(asker);
  }

  const admissible = ({ claims }: Caller): readonly Claim[] =>
    claims.filter(({ asker, priority }) => sizeFor(asker) < mostOfCaller(priority));

  function stand(ticket: Ticket, { asker, priority }: Claim): void {
    const queue = queues[priority];
    queue.add(asker, ticket);
    ticket.places.push({ asker, queue });
  }

  function wait(caller: Caller, claims: readonly Claim[], since: number): Promise<() => void> {
    return new Promise((resolve, reject) => {
      function end(): void {
        clearTimeout(patience);
        forget();
        caller.onJoin(null);
        waiting.delete(ticket);
        for (const { asker, queue } of ticket.places) queue.remove(asker, ticket);
      }
      function giveUp(reason: Error): void {
        end();
        reject(reason);
      }
      const ticket: Ticket = {
        since,
        places: [],
        enter(release) {
          end();
          resolve(release);
        },
      };
      // It may get its place before that is due.
      const expire = (): void => {
        if (waiting.has(ticket)) giveUp(tooLong());
      };
      const patience = setTimeout(whenDue, Math.max(0, since + settings.queueMilliseconds - clock.now()), expire);
      const forget = caller.cancellation.onAbort(() => {
        giveUp(caller.cancellation.reason);
      });
      for (const claim of claims) stand(ticket, claim);
      waiting.add(ticket);
      // The shared call may be far back in its first caller's queue. A caller that joins adds its own turn to the call.
      caller.onJoin((claim) => {
        if (sizeFor(claim.asker) < settings.callerQueue) stand(ticket, claim);
      });
      advance();
    });
  }

  function tooMany({ claims }: Caller): TributaryError {
    const { queue, callerQueue, requestsPerSecond } = settings;
    const isCallers = claims.some(({ asker }) => sizeFor(asker) >= callerQueue);
    const words = isCallers
      ? `${callerQueue} calls of this caller wait for this source, the most that may (limits.callerQueue)`
      : `${waiting.size} calls wait for this source, and leave no room for another of this caller (limits.queue: ${queue})`;
    const retryAfterSeconds = requestsPerSecond === null ? undefined : Math.ceil(waiting.size / requestsPerSecond);
    return new TributaryError('SOURCE_RATE_LIMITED', `${source}: ${words}`, { source, retryAfterSeconds });
  }

  function tooLong(): TributaryError {
    const seconds = settings.queueMilliseconds / 1_000;
    const message = `${source}: the call has waited ${seconds} s for its turn, the longest that one may (limits.queueTime)`;
    return new TributaryError('SOURCE_TIMEOUT', message, { source });
  }

  return {
    pace(milliseconds, sent = clock.now()) {
      pace.set(milliseconds, sent, clock.now());
    },
    inFlight: () => places.taken,
    queued: () => waiting.size,
    acquireNow: (caller) => (caller.cancellation.aborted ? null : placeAtOnce(admissible(caller))),
    async acquire(caller, since = clock.now()) {
      if (caller.cancellation.aborted) throw caller.cancellation.reason;
      const claims = admissible(caller);
      if (claims.length === 0) throw tooMany(caller);
      return placeAtOnce(claims) ?? wait(caller, claims, since);
    },
  };
}
