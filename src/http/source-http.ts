import { LRUCache } from 'lru-cache';
import { atMost } from '../domain/at-most.ts';
import type { Call } from '../domain/call.ts';
import type { Span } from '../domain/span.ts';
import { TributaryError } from '../domain/errors.ts';
import { memoryOf } from './answer-memory.ts';
import type { AttemptParts, OpenAttempt } from './attempt.ts';
import { constantAuthorizer } from './auth/authorizer.ts';
import { createAuthorizer } from './auth/create-authorizer.ts';
import { decode } from './body/decode.ts';
import type { Decoder } from './body/decode.ts';
import { inTurns } from './body/pause.ts';
import { createBounds, tokenAllowance } from './bounds.ts';
import type { BoundsOptions } from './bounds.ts';
import { makeCall } from './calls.ts';
import type { HttpReply, HttpRequest, SourceHttp, StreamReader } from './client.ts';
import { Connections } from './connections.ts';
import { createFlightKey } from './flight-key.ts';
import { outcomeName } from './policy/attempt-failure.ts';
import { Caller } from './policy/caller.ts';
import { systemClock } from './policy/clock.ts';
import type { Clock } from './policy/clock.ts';
import { createSharedStreams } from './policy/shared-stream.ts';
import type { Begin, Start } from './policy/shared-stream.ts';
import { createSingleFlight } from './policy/single-flight.ts';
import type { Landed } from './policy/single-flight.ts';
import { readItems, readJson } from './readers.ts';
import type { SizedReply } from './readers.ts';
import { processRoom } from './room/answer-room.ts';
import type { AnswerRoom } from './room/answer-room.ts';
import { createSourceRoom } from './room/source-room.ts';
import { cancellationOf } from './request/abort.ts';
import type { TokenListener, Wire } from './request/exchange.ts';
import { targetOf } from './request/path.ts';
import type { Pools } from './request/pools.ts';
import { tracedCall } from './traced-call.ts';
import { wireRequest } from './request/wire-request.ts';
import type { SourceHttpSettings } from './settings.ts';
import { createRecorder } from './stats.ts';
import type { RequestObservation, SourceHttpStats } from './stats.ts';

/** Most callers' credentials whose limits and failures are remembered. The least recently used are forgotten first. */
const MOST_CREDENTIALS = 1_000;

/** Replaces the path of a token endpoint in metrics, because it is not a path of the source. */
const TOKEN_ROUTE = 'token endpoint';

/** Options of a source's HTTP client in addition to its settings. Tests replace the clock; metrics listen. */
export interface SourceHttpOptions extends Partial<Clock>, BoundsOptions {
  /** Called after each attempt that was sent. */
  readonly onRequest?: ((observation: RequestObservation) => void) | undefined;
  /** Default: the pools of this process, shared by all sources. */
  readonly pools?: Pools | undefined;
  /** The memory for large answers. Default: that of this process. */
  readonly room?: AnswerRoom | undefined;
}

/** A `SourceHttp` that reports its health and can be closed. */
export interface ManagedSourceHttp extends SourceHttp {
  stats(): SourceHttpStats;
  /**
   * Refuses further calls and releases the connections. Calls in flight fail unless another client shares the
   * connections.
   */
  close(): Promise<void>;
}

/** Creates the HTTP client of one source. Sources with the same origin share connections. */
export function createSourceHttp(settings: SourceHttpSettings, options: SourceHttpOptions = {}): ManagedSourceHttp {
  const { source, limits, forward, sendsTraceparent = false } = settings;
  const connections = new Connections(settings, options.pools);
  const own = createParts(settings, options, connections);
  const authorizer = createTokens(settings, options, own, connections);
  const forwarded = new LRUCache<string, AttemptParts>(atMost(MOST_CREDENTIALS));
  const target = targetOf(settings.baseUrl);
  const flights = createSingleFlight();
  const streams = createSharedStreams();
  const flightKey = createFlightKey();
  const { room = processRoom } = options;
  const ownRoom = createSourceRoom(room, source, limits.concurrency);
  let closed = false;

  function prepare(request: HttpRequest, call: Call) {
    if (closed) throw new TributaryError('SOURCE_UNAVAILABLE', `${source}: the client is closed`, { source });
    const credential = forward === false ? null : call.authorization;
    if (forward === 'required' && credential === null) throw unauthenticated(source);
    return {
      parts: partsOf(credential),
      request: wireRequest(request, target, source),
      route: request.route ?? null,
      idempotent: request.idempotent ?? request.method === 'GET',
      credential,
      authorizer: credential === null ? authorizer : constantAuthorizer(credential),
    };
  }

  /** Each caller's credential has separate limits and its own record of failures. */
  function partsOf(credential: string | null): AttemptParts {
    if (credential === null) return own;
    const known = forwarded.get(credential);
    if (known !== undefined) return known;
    const parts = { ...own, ...createBounds(settings, options, own.clock, credential) };
    forwarded.set(credential, parts);
    return parts;
  }

  async function json<T>(request: HttpRequest, decoder: Decoder<T>, call: Call): Promise<HttpReply<T>> {
    const { parts, ...prepared } = prepare(request, call);
    const { cutsStrings = false } = request;
    const caller = callerOf(call);
    async function ask(caller: Caller, span: Span): Promise<SizedReply<T>> {
      const reply = await makeCall(parts, {
        ...prepared,
        caller,
        span,
        sendsTraceparent,
        read: (open) =>
          readJson(open, { mostBytes: limits.maxResponseBytes, cutsStrings }, parts.wire, ownRoom.leases(caller)),
      });
      const { lease } = reply;
      try {
        return { ...reply, data: await inTurns(() => decode(reply.data, decoder, parts.wire)) };
      } finally {
        // Those who wait for the answer get it before that, and hold it from then on.
        setImmediate(lease.endReading);
      }
    }
    const receive = ({ bytes, lease }: SizedReply<T>): void => {
      room.keep(call.asker, prepared.request.path.split('?', 1)[0] ?? '', lease);
      call.budget.receive(source, bytes);
    };
    let started = 0;
    const start = (caller: Caller) => {
      started += 1;
      call.budget.startCall(source);
      return tracedCall(call.span, source, request, (span) => parts.recorder.watch(ask(caller, span)));
    };
    if (!prepared.idempotent) {
      const reply = await start(caller);
      receive(reply);
      return reply;
    }
    const key = `${cutsStrings ? 'cut ' : ''}${flightKey(prepared.request, prepared.credential, decoder)}`;
    const memory = memoryOf(flights, call);
    const { recency } = call;
    const known = memory?.get(key);
    // A reader may look again at the newest page that it received.
    const isKnown = known !== undefined && (known.begun >= recency.notBefore || known.landed === recency.notBefore);
    // The key holds the decoder, so the caller that started this flight asked for the same type.
    const landed = (isKnown ? known : await flights.join(key, caller, start, recency.notBefore)) as Landed<
      SizedReply<T>
    >;
    if (!isKnown) receive(landed.value);
    if (started === 0) own.recorder.saved(isKnown ? 'remembered' : 'shared');
    memory?.set(key, landed);
    if (recency.inSequence) recency.notBefore = Math.max(recency.notBefore, landed.landed);
    return landed.value;
  }

  async function stream<T>(request: HttpRequest, reader: StreamReader<T>, begin: Begin<T>, call: Call): Promise<void> {
    const { parts, ...prepared } = prepare(request, call);
    const caller = callerOf(call);
    let started = 0;
    const start: Start<T> = (caller, begin) => {
      started += 1;
      call.budget.startCall(source);
      const read = (open: OpenAttempt): Promise<void> =>
        readItems(open, reader, begin, parts.wire, ownRoom.leases(caller));
      return tracedCall(call.span, source, request, (span) =>
        parts.recorder.watch(makeCall(parts, { ...prepared, caller, span, sendsTraceparent, read })),
      );
    };
    const { recency } = call;
    if (prepared.idempotent) {
      const key = flightKey(prepared.request, prepared.credential, reader);
      await streams.join(key, caller, begin, start, recency.notBefore);
      if (started === 0) own.recorder.saved('shared');
    } else await start(caller, begin);
    // The answer may include lines that were written while it arrived.
    if (recency.inSequence) recency.notBefore = Math.max(recency.notBefore, performance.now());
  }

  return {
    source,
    json,
    stream,
    keeping: (call) => ownRoom.keeping(call),
    stats: () => {
      const limiters = [own, ...forwarded.values()].map(({ limiter }) => limiter);
      return {
        inFlight: limiters.reduce((sum, limiter) => sum + limiter.inFlight(), 0),
        queued: limiters.reduce((sum, limiter) => sum + limiter.queued(), 0),
        breaker: own.breaker.state(),
        ...own.recorder.last(),
      };
    },
    async close() {
      closed = true;
      await connections.close();
    },
  };
}

function callerOf({ signal, asker, priority }: Call): Caller {
  return new Caller([{ asker, priority }], cancellationOf(signal));
}

function createParts(settings: SourceHttpSettings, options: SourceHttpOptions, connections: Connections): AttemptParts {
  const { source } = settings;
  const clock: Clock = {
    now: options.now ?? systemClock.now,
    sleep: options.sleep ?? systemClock.sleep,
    random: options.random ?? systemClock.random,
  };
  return {
    wire: connections.to(settings.baseUrl, source),
    otherHost: (origin) => connections.otherHost(origin),
    ...createBounds(settings, options, clock, null),
    recorder: createRecorder(clock.now),
    clock,
    classify: settings.classifyError,
    paceAfter: settings.paceAfter,
    onRequest: options.onRequest,
  };
}

function unauthenticated(source: string): TributaryError {
  const message = `${source}: this source is asked with the caller's own Authorization, and the request has none`;
  return new TributaryError('UNAUTHENTICATED', message, { source });
}

function createTokens(
  settings: SourceHttpSettings,
  options: SourceHttpOptions,
  parts: AttemptParts,
  connections: Connections,
): ReturnType<typeof createAuthorizer> {
  const label = `${settings.source}: token endpoint`;
  const { source } = settings;
  const asked = { source, method: 'POST', route: TOKEN_ROUTE, queuedMilliseconds: 0 } as const;
  const onTokenRequest: TokenListener = (status, durationMilliseconds, error) =>
    options.onRequest?.({ ...asked, status, durationMilliseconds, outcome: outcomeName(error) });
  const wireTo = (tokenUrl: string): Wire => ({ ...connections.to(tokenUrl, label), onTokenRequest });
  return createAuthorizer(settings.auth, wireTo, parts.clock, tokenAllowance(settings, options));
}
