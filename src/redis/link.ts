import { randomUUID } from 'node:crypto';
import { ReplyError } from 'ioredis';
import type { Cluster, Redis, RedisOptions } from 'ioredis';
import { connectionOptions, createClient } from './client.ts';
import { decodeRange, decodeStreams } from './decode.ts';
import type { StreamPart } from './decode.ts';
import { HOLD, RELEASE, PUBLISH } from './scripts.ts';
import { answerMilliseconds } from './settings.ts';
import type { RedisSettings } from './settings.ts';
import { feedKeys } from '../sharing/keys.ts';
import type { FeedKeys } from '../sharing/keys.ts';
import type { SharingLink, StreamPlace } from '../sharing/link.ts';
import type { MessageKind } from '../sharing/message.ts';
import { STREAM_LIFE_MILLISECONDS, STREAM_MESSAGES } from '../sharing/settings.ts';

const REFUSED = Symbol('refused');

/** Upper bound on messages that one read takes from each stream. */
const READ_COUNT = 20;

/**
 * Two connections to Redis: one for commands, one that waits for messages. The link is up as long as every answer comes
 * in time. After the first failure it is down until a probe of everything that we need succeeds. Errors of Redis stay
 * in here, because they may contain its address.
 */
export class RedisLink implements SharingLink {
  readonly #settings: RedisSettings;
  readonly #commands: Redis | Cluster;
  readonly #waiting: Redis | Cluster;
  readonly #probeKeys: FeedKeys;
  readonly #onChange: (isUp: boolean) => void;
  #isUp = false;
  #isProbing = false;
  #isClosed = false;
  #generation = 0;
  #pendingCharacters = 0;

  constructor(settings: RedisSettings, onChange: (isUp: boolean) => void) {
    this.#settings = settings;
    this.#onChange = onChange;
    this.#probeKeys = feedKeys(settings.prefix, `probe:${randomUUID()}`);
    const options = connectionOptions(settings);
    this.#commands = this.#connect({ ...options, commandTimeout: answerMilliseconds(settings) });
    this.#waiting = this.#connect(options);
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  get generation(): number {
    return this.#generation;
  }

  get pendingCharacters(): number {
    return this.#pendingCharacters;
  }

  /** Checks whether everything that we need works. */
  async probe(): Promise<void> {
    const ready = [this.#commands, this.#waiting].every(({ status }) => status === 'ready');
    if (this.#isUp || this.#isProbing || this.#isClosed || !ready) return;
    this.#isProbing = true;
    try {
      const token = await this.#hold(this.#probeKeys, 'probe', '');
      await this.#publish(this.#probeKeys, token, 'probe', 'wake', '');
      await this.#commands.del(this.#probeKeys.lease, this.#probeKeys.state, this.#probeKeys.stream);
      this.#change(true);
    } catch {
      this.#reconnect();
    } finally {
      this.#isProbing = false;
    }
  }

  async hold(keys: FeedKeys, owner: string, token: string | null): Promise<string | null> {
    const held = await this.#ask(() => this.#hold(keys, owner, token ?? ''));
    return held === '' ? null : held;
  }

  async release(keys: FeedKeys, token: string): Promise<void> {
    await this.#ask(() => this.#commands.eval(RELEASE, 3, keys.lease, keys.state, keys.stream, token));
  }

  async publish(
    keys: FeedKeys,
    token: string | null,
    sender: string,
    kind: MessageKind,
    body: string,
  ): Promise<boolean> {
    this.#pendingCharacters += body.length;
    try {
      return await this.#ask(() => this.#publish(keys, token ?? '', sender, kind, body));
    } finally {
      this.#pendingCharacters -= body.length;
    }
  }

  /** Runs a script. If Redis rejects the script, the link stays up. */
  async run(script: string, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    const answer = await this.#ask(() =>
      this.#commands.eval(script, keys.length, ...keys, ...args).catch((error: unknown) => {
        if (error instanceof ReplyError) return REFUSED;
        throw error;
      }),
    );
    if (answer === REFUSED) throw new Error('Redis does not run a script.');
    return answer;
  }

  async endOf({ stream }: FeedKeys): Promise<StreamPlace> {
    const found = await this.#ask(() => this.#commands.xrevrange(stream, '+', '-', 'COUNT', 1));
    return decodeRange(found)[0] ?? { id: '0-0', number: 0 };
  }

  /** Waits for messages after these places, for at most `wait` milliseconds. */
  async read(places: readonly (readonly [stream: string, id: string])[], wait: number): Promise<readonly StreamPart[]> {
    const streams = places.map(([stream]) => stream);
    const ids = places.map(([, id]) => id);
    const deadline = wait + answerMilliseconds(this.#settings);
    return this.#ask(async () =>
      decodeStreams(
        await within(deadline, this.#waiting.xread('COUNT', READ_COUNT, 'BLOCK', wait, 'STREAMS', ...streams, ...ids)),
      ),
    );
  }

  close(): void {
    this.#isClosed = true;
    this.#isUp = false;
    this.#commands.disconnect();
    this.#waiting.disconnect();
  }

  async #hold(keys: FeedKeys, owner: string, token: string): Promise<string> {
    const { leaseMilliseconds } = this.#settings;
    const { lease, state, stream } = keys;
    return String(
      await this.#commands.eval(
        HOLD,
        3,
        lease,
        state,
        stream,
        owner,
        token,
        Math.round(leaseMilliseconds),
        STREAM_LIFE_MILLISECONDS,
      ),
    );
  }

  async #publish(keys: FeedKeys, token: string, sender: string, kind: MessageKind, body: string): Promise<boolean> {
    const { lease, state, stream } = keys;
    const published = await this.#commands.eval(
      PUBLISH,
      3,
      lease,
      state,
      stream,
      token,
      sender,
      kind,
      body,
      STREAM_LIFE_MILLISECONDS,
      STREAM_MESSAGES,
    );
    return published === 1;
  }

  /** Every failure takes the link down. */
  async #ask<T>(command: () => Promise<T>): Promise<T> {
    const generation = this.#generation;
    if (!this.#isUp) throw new LinkDownError();
    try {
      return await command();
    } catch {
      if (generation === this.#generation) this.#fail();
      throw new LinkDownError();
    }
  }

  #fail(): void {
    if (!this.#isUp || this.#isClosed) return;
    this.#change(false);
    this.#reconnect();
  }

  #change(isUp: boolean): void {
    if (this.#isClosed || this.#isUp === isUp) return;
    this.#isUp = isUp;
    this.#generation += 1;
    this.#onChange(isUp);
  }

  #reconnect(): void {
    if (this.#isClosed) return;
    for (const redis of [this.#commands, this.#waiting]) if (redis.status === 'ready') redis.disconnect(true);
  }

  #connect(options: RedisOptions): Redis | Cluster {
    const redis = createClient(this.#settings.servers, options);
    // Ignored: the client reconnects by itself, and the error's text may contain the address.
    redis.on('error', () => undefined);
    redis.on('close', () => {
      this.#fail();
    });
    redis.on('ready', () => void this.probe());
    redis.connect().catch(() => undefined);
    return redis;
  }
}

/** Redis does not answer. The message holds no details, because they may contain addresses and passwords. */
class LinkDownError extends Error {
  override readonly name = 'LinkDownError';

  constructor() {
    super('Redis does not answer.');
  }
}

async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new LinkDownError());
    }, milliseconds);
  });
  try {
    // eslint-disable-next-line no-restricted-syntax -- both end with this wait
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
