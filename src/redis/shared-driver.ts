/** One file, although a long one: all changes of one lease share its state, and each must see the others. */
import type { TributaryError } from '../domain/errors.ts';
import type { FeedDriver, FeedSink, LocalDriver } from '../federation/tail/feed/driver.ts';
import type { Gap } from '../federation/tail/feed/gap.ts';
import type { FeedLine } from '../federation/tail/feed/lines/line-window.ts';
import type { FeedKeys } from './keys.ts';
import {
  decodeEndReason,
  decodeFailure,
  decodeGap,
  decodeLines,
  encodeFailure,
  encodeGap,
  encodeLines,
} from './line-codec.ts';
import type { RedisLink, StreamPlace } from './link.ts';
import { isAfter } from './message.ts';
import type { Message, MessageKind } from './message.ts';
import { Outlet } from './outlet.ts';
import type { Announcer } from './outlet.ts';
import { STREAM_OVERLAP_MILLISECONDS } from './settings.ts';
import type { StreamReader } from './stream-reader.ts';

/** What all drivers of a replica have in common. */
export interface Sharing {
  readonly link: RedisLink;
  readonly reader: StreamReader;
  add(driver: SharedDriver): void;
  remove(driver: SharedDriver): void;
}

export interface SharedDriverOptions {
  readonly sharing: Sharing;
  readonly keys: FeedKeys;
  /** Unique among all drivers of all replicas. */
  readonly owner: string;
  readonly poller: LocalDriver;
  /** Told of each change of roles. */
  readonly say: (decision: string) => void;
}

/** Above this many characters on their way to Redis, lines are left for the others to read themselves. */
const MOST_PENDING_CHARACTERS = 32_000_000;

/** How often a follower asks the replica that polls to look at once. */
const POKE_MILLISECONDS = 1_000;

/**
 * Follows a job together with other replicas: one of them polls (it leads), the others take what it reads
 * from a stream. A feed tells lines apart by identity and each poll overlaps the one before. So a change of
 * roles is safe if each replica then polls once from where its own feed stands: a replica when it begins to
 * follow, and all of them when a term of leading begins. Without Redis each polls alone.
 */
export class SharedDriver implements FeedDriver, Announcer {
  readonly #sharing: Sharing;
  readonly #keys: FeedKeys;
  readonly #owner: string;
  readonly #poller: LocalDriver;
  readonly #say: (decision: string) => void;
  #sink: FeedSink | null = null;
  #outlet: Outlet | null = null;
  #hasBegun = false;
  #isOver = false;
  /** Held while this replica leads. */
  #token: string | null = null;
  #isElecting = false;
  /** Have the others been told since this term began that the source answers? */
  #saidWell = false;
  /** Lines were not announced: others have to read them themselves, once there is room to say so. */
  #owesTerm = false;
  /** Was anything announced since the others were told that a poll has come to its end? */
  #owesMark = false;
  #place: StreamPlace = { id: '0-0', number: 0 };
  #unfollow: (() => void) | null = null;
  #catchingUp: Promise<void> = Promise.resolve();
  #releasing: Promise<void> = Promise.resolve();
  #pokedAt = -Infinity;

  constructor({ sharing, keys, owner, poller, say }: SharedDriverOptions) {
    this.#say = say;
    this.#sharing = sharing;
    this.#keys = keys;
    this.#owner = owner;
    this.#poller = poller;
  }

  get leads(): boolean {
    return this.#token !== null;
  }

  get follows(): boolean {
    return this.#token === null && this.#unfollow !== null;
  }

  start(sink: FeedSink): void {
    this.#sink = sink;
    this.#outlet = new Outlet(sink, this);
    this.#sharing.add(this);
    void this.#begin(this.#outlet);
  }

  poke(): void {
    if (!this.follows) {
      this.#poller.poke();
      return;
    }
    // Many who join at once are one reason to look.
    const now = performance.now();
    if (now - this.#pokedAt < POKE_MILLISECONDS) return;
    this.#pokedAt = now;
    this.#tell('poke', '', null);
  }

  async stop(): Promise<void> {
    this.#end();
    await Promise.all([this.#poller.stop(), this.#releasing]);
  }

  /** Redis has gone down or come back. */
  linkChanged(isUp: boolean): void {
    if (!this.#hasBegun || this.#isOver) return;
    if (isUp) void this.#join();
    else this.#pollAlone();
  }

  /** Renews the lease, or takes it when it is free. */
  async elect(): Promise<void> {
    if (this.#isElecting || this.#unfollow === null) return;
    this.#isElecting = true;
    const { link } = this.#sharing;
    const { generation } = link;
    const held = this.#token;
    const token = await link.hold(this.#keys, this.#owner, held).catch(() => undefined);
    this.#isElecting = false;
    if (token === undefined || generation !== link.generation) return;
    if (this.#isOver) {
      if (token !== null) await this.#release(token);
      return;
    }
    // A message may have been refused meanwhile: then the term is over, whatever was held before.
    if (token === null || (token === held && this.#token === null)) this.#stepDown();
    else if (token !== held) this.#lead(token);
  }

  lines(lines: readonly FeedLine[]): void {
    this.#owesMark = true;
    const { link } = this.#sharing;
    for (const text of encodeLines(lines)) {
      this.#owesTerm ||= link.pendingCharacters > MOST_PENDING_CHARACTERS;
      // Others are about to read everything themselves.
      if (this.#owesTerm) return;
      this.#tell('lines', text);
    }
  }

  gap(gap: Gap): void {
    if (this.leads) this.#tell('gap', encodeGap(gap));
  }

  failed(error: TributaryError): void {
    if (!this.leads) return;
    this.#saidWell = false;
    this.#tell('failed', encodeFailure(error));
  }

  recovered(): void {
    if (!this.leads || this.#saidWell) return;
    this.#saidWell = true;
    this.#tell('recovered', '');
  }

  polled(): void {
    if (!this.leads || !this.#owesMark) return;
    this.#owesMark = false;
    this.#tell('polled', '');
  }

  ended(reason: 'JOB_FINISHED' | 'SOURCE_GONE'): void {
    if (this.leads) this.#tell('ended', reason);
    this.#end();
  }

  broke(): void {
    this.#end();
  }

  async #begin(outlet: Outlet): Promise<void> {
    const { link } = this.#sharing;
    // The place comes first: what is told while the log's end is read is then behind it.
    const { generation } = link;
    const place = await link.placeOf(this.#keys).catch(() => null);
    if (!(await this.#poller.begin(outlet)) || this.#isOver) return;
    this.#hasBegun = true;
    if (!link.isUp) this.#pollAlone();
    else if (place === null || generation !== link.generation) await this.#join();
    else {
      this.#follow(place);
      await this.elect();
    }
  }

  /** From polling alone to sharing. */
  async #join(): Promise<void> {
    const { link } = this.#sharing;
    const { generation } = link;
    const place = await link.placeOf(this.#keys).catch(() => null);
    if (this.#isOver || generation !== link.generation) return;
    if (place === null) {
      this.#pollAlone();
      return;
    }
    this.#follow(place);
    this.#poller.pause();
    this.#catchUp();
    await this.elect();
  }

  #pollAlone(): void {
    this.#say('polls alone: Redis is down');
    this.#token = null;
    this.#stopFollowing();
    if (this.#outlet !== null) this.#poller.resume(this.#outlet);
  }

  #follow(place: StreamPlace): void {
    this.#stopFollowing();
    this.#place = place;
    const [time = 0] = place.id.split('-').map(Number);
    const from = `${Math.max(0, time - STREAM_OVERLAP_MILLISECONDS)}-0`;
    this.#unfollow = this.#sharing.reader.follow(this.#keys.stream, from, (message) => {
      this.#take(message);
    });
  }

  #stopFollowing(): void {
    this.#unfollow?.();
    this.#unfollow = null;
  }

  #catchUp(): void {
    if (this.#outlet === null || this.leads) return;
    this.#catchingUp = this.#poller.catchUp(this.#outlet);
  }

  #lead(token: string): void {
    this.#say('lease taken: this replica polls');
    this.#token = token;
    this.#saidWell = false;
    this.#tell('began', '');
    if (this.#outlet !== null) this.#poller.resume(this.#outlet);
  }

  #stepDown(): void {
    if (this.#token === null) return;
    this.#say('lease lost: another replica polls');
    this.#token = null;
    this.#poller.pause();
    // The new leader may have begun before this replica knew.
    this.#catchUp();
  }

  #take(message: Message): void {
    const isOld = !isAfter(message.id, this.#place.id);
    if (!isOld) {
      if (message.number !== this.#place.number + 1) this.#catchUp();
      this.#place = message;
    }
    if (message.sender === this.#owner) return;
    if (message.kind === 'lines') this.#takeLines(message.body);
    else if (message.kind === 'gap') this.#takeGap(message.body);
    else if (!isOld) this.#takeNews(message);
  }

  #takeLines(body: string): void {
    const lines = decodeLines(body);
    if (lines === null) this.#catchUp();
    else this.#sink?.accept(lines);
  }

  #takeGap(body: string): void {
    const gap = decodeGap(body);
    if (gap === null) this.#catchUp();
    else this.#sink?.gap(gap);
  }

  #takeNews({ kind, body }: Message): void {
    if (kind === 'poke' && this.leads) this.#poller.poke();
    if (this.leads) return;
    if (kind === 'began') this.#catchUp();
    if (kind === 'released') void this.elect();
    if (kind === 'recovered') this.#sink?.recovered();
    if (kind === 'polled') this.#sink?.polled();
    if (kind === 'failed') {
      const error = decodeFailure(body);
      if (error !== null) this.#sink?.failed(error);
    }
    const reason = kind === 'ended' ? decodeEndReason(body) : null;
    if (reason !== null) void this.#endAfterCatchingUp(reason);
  }

  /** What we are still reading ourselves comes before the end. */
  async #endAfterCatchingUp(reason: 'JOB_FINISHED' | 'SOURCE_GONE'): Promise<void> {
    this.#stopFollowing();
    await this.#catchingUp;
    if (this.#isOver) return;
    this.#end();
    this.#sink?.ended(reason);
  }

  /** Says something to the other replicas; what only the leader may say ends its term when it is refused. */
  #tell(kind: MessageKind, body: string, token = this.#token): void {
    const { link } = this.#sharing;
    link.tell(this.#keys, token, this.#owner, kind, body).then(
      (told) => {
        if (!told && token === this.#token) this.#stepDown();
        else this.#beginOwedTerm();
      },
      // The link is down, and says so to every driver.
      () => undefined,
    );
  }

  #beginOwedTerm(): void {
    if (!this.#owesTerm || this.#sharing.link.pendingCharacters > MOST_PENDING_CHARACTERS / 2) return;
    this.#owesTerm = false;
    if (this.leads) this.#tell('began', '');
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopFollowing();
    this.#sharing.remove(this);
    const token = this.#token;
    this.#token = null;
    if (token === null) return;
    this.#say('lease released');
    this.#releasing = this.#release(token);
  }

  async #release(token: string): Promise<void> {
    const { link } = this.#sharing;
    await link
      .release(this.#keys, token)
      .then(() => link.tell(this.#keys, null, this.#owner, 'released', ''))
      .catch(() => undefined);
  }
}
