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
import type { SharingLink, StreamFollower, StreamPlace } from './link.ts';
import { isAfter } from './message.ts';
import type { Message, MessageKind } from './message.ts';
import { AnnouncingSink } from './announcing-sink.ts';
import type { Announcer } from './announcing-sink.ts';
import { STREAM_OVERLAP_MILLISECONDS } from './settings.ts';

/** What all drivers of a replica share. */
export interface Sharing {
  readonly link: SharingLink;
  readonly reader: StreamFollower;
  add(driver: SharedDriver): void;
  remove(driver: SharedDriver): void;
}

export interface SharedDriverOptions {
  readonly sharing: Sharing;
  readonly keys: FeedKeys;
  /** Unique among all drivers of all replicas. */
  readonly owner: string;
  readonly poller: LocalDriver;
  /** Receives each change of roles. */
  readonly log: (decision: string) => void;
}

/**
 * Above this many characters being sent, lines are not announced: the other replicas read them from the
 * vendor.
 */
const MOST_PENDING_CHARACTERS = 32_000_000;

/** Shortest time between two requests of a follower for a poll. */
const POKE_MILLISECONDS = 1_000;

/**
 * Follows a job together with other replicas: one of them polls (it leads), the others take its lines from a stream. A
 * feed recognises known lines by identity, and each poll overlaps the one before. Hence a change of roles is safe if
 * each replica then polls once from where its own feed is: a replica when it begins to follow, and all of them when a
 * term of leading begins. While the link is down, each replica polls alone.
 */
export class SharedDriver implements FeedDriver, Announcer {
  readonly #sharing: Sharing;
  readonly #keys: FeedKeys;
  readonly #owner: string;
  readonly #poller: LocalDriver;
  readonly #log: (decision: string) => void;
  #sink: FeedSink | null = null;
  #announcingSink: AnnouncingSink | null = null;
  #hasBegun = false;
  #isOver = false;
  /** Set while this replica leads. */
  #token: string | null = null;
  #isElecting = false;
  /** True if this term has already announced that the source answers. */
  #announcedRecovery = false;
  /** True if lines were not announced: the others must read them from the vendor, once there is room to announce that. */
  #mustRestartTerm = false;
  /** True if something was announced since the last announced end of a poll. */
  #hasUnmarkedLines = false;
  #place: StreamPlace = { id: '0-0', number: 0 };
  #unfollow: (() => void) | null = null;
  #catchingUp: Promise<void> = Promise.resolve();
  #releasing: Promise<void> = Promise.resolve();
  #pokedAt = -Infinity;

  constructor({ sharing, keys, owner, poller, log }: SharedDriverOptions) {
    this.#log = log;
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
    this.#announcingSink = new AnnouncingSink(sink, this);
    this.#sharing.add(this);
    void this.#begin(this.#announcingSink);
  }

  poke(): void {
    if (!this.follows) {
      this.#poller.poke();
      return;
    }
    // Many subscribers that join at once cause one poll.
    const now = performance.now();
    if (now - this.#pokedAt < POKE_MILLISECONDS) return;
    this.#pokedAt = now;
    this.#publish('poke', '', null);
  }

  async stop(): Promise<void> {
    this.#end();
    await Promise.all([this.#poller.stop(), this.#releasing]);
  }

  /** The link has gone down or come back. */
  linkChanged(isUp: boolean): void {
    if (!this.#hasBegun || this.#isOver) return;
    if (isUp) void this.#join();
    else this.#pollAlone();
  }

  /** Renews the lease, or takes it if it is free. */
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
    // If a message was refused in the meantime, the term is over, even if the lease was renewed.
    if (token === null || (token === held && this.#token === null)) this.#stepDown();
    else if (token !== held) this.#lead(token);
  }

  lines(lines: readonly FeedLine[]): void {
    this.#hasUnmarkedLines = true;
    const { link } = this.#sharing;
    for (const text of encodeLines(lines)) {
      this.#mustRestartTerm ||= link.pendingCharacters > MOST_PENDING_CHARACTERS;
      // The others are about to read everything from the vendor.
      if (this.#mustRestartTerm) return;
      this.#publish('lines', text);
    }
  }

  gap(gap: Gap): void {
    if (this.leads) this.#publish('gap', encodeGap(gap));
  }

  failed(error: TributaryError): void {
    if (!this.leads) return;
    this.#announcedRecovery = false;
    this.#publish('failed', encodeFailure(error));
  }

  recovered(): void {
    if (!this.leads || this.#announcedRecovery) return;
    this.#announcedRecovery = true;
    this.#publish('recovered', '');
  }

  polled(): void {
    if (!this.leads || !this.#hasUnmarkedLines) return;
    this.#hasUnmarkedLines = false;
    this.#publish('polled', '');
  }

  ended(reason: 'JOB_FINISHED' | 'SOURCE_GONE'): void {
    if (this.leads) this.#publish('ended', reason);
    this.#end();
  }

  broke(): void {
    this.#end();
  }

  async #begin(sink: AnnouncingSink): Promise<void> {
    const { link } = this.#sharing;
    // Take the place first: messages that are sent while the log's end is read then come after it.
    const { generation } = link;
    const place = await link.endOf(this.#keys).catch(() => null);
    if (!(await this.#poller.begin(sink)) || this.#isOver) return;
    this.#hasBegun = true;
    if (!link.isUp) this.#pollAlone();
    else if (place === null || generation !== link.generation) await this.#join();
    else {
      this.#follow(place);
      await this.elect();
    }
  }

  /** Changes from polling alone to sharing. */
  async #join(): Promise<void> {
    const { link } = this.#sharing;
    const { generation } = link;
    const place = await link.endOf(this.#keys).catch(() => null);
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
    this.#log('polls alone: the other replicas cannot be reached');
    this.#token = null;
    this.#stopFollowing();
    if (this.#announcingSink !== null) this.#poller.resume(this.#announcingSink);
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
    if (this.#announcingSink === null || this.leads) return;
    this.#catchingUp = this.#poller.catchUp(this.#announcingSink);
  }

  #lead(token: string): void {
    this.#log('lease taken: this replica polls');
    this.#token = token;
    this.#announcedRecovery = false;
    this.#publish('began', '');
    if (this.#announcingSink !== null) this.#poller.resume(this.#announcingSink);
  }

  #stepDown(): void {
    if (this.#token === null) return;
    this.#log('lease lost: another replica polls');
    this.#token = null;
    this.#poller.pause();
    // The new leader may have begun before this replica noticed.
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
    else if (!isOld) this.#takeStatus(message);
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

  #takeStatus({ kind, body }: Message): void {
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

  /** Our own reads must finish before the end is reported. */
  async #endAfterCatchingUp(reason: 'JOB_FINISHED' | 'SOURCE_GONE'): Promise<void> {
    this.#stopFollowing();
    await this.#catchingUp;
    if (this.#isOver) return;
    this.#end();
    this.#sink?.ended(reason);
  }

  /** Sends a message to the other replicas. If a message that needs the lease is refused, the term ends. */
  #publish(kind: MessageKind, body: string, token = this.#token): void {
    const { link } = this.#sharing;
    link.publish(this.#keys, token, this.#owner, kind, body).then(
      (published) => {
        if (!published && token === this.#token) this.#stepDown();
        else this.#restartTerm();
      },
      // The link is down, and notifies every driver itself.
      () => undefined,
    );
  }

  #restartTerm(): void {
    if (!this.#mustRestartTerm || this.#sharing.link.pendingCharacters > MOST_PENDING_CHARACTERS / 2) return;
    this.#mustRestartTerm = false;
    if (this.leads) this.#publish('began', '');
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopFollowing();
    this.#sharing.remove(this);
    const token = this.#token;
    this.#token = null;
    if (token === null) return;
    this.#log('lease released');
    this.#releasing = this.#release(token);
  }

  async #release(token: string): Promise<void> {
    const { link } = this.#sharing;
    await link
      .release(this.#keys, token)
      .then(() => link.publish(this.#keys, null, this.#owner, 'released', ''))
      .catch(() => undefined);
  }
}
