import type { Message, MessageKind } from '../sharing/message.ts';
import { isAfter } from '../sharing/message.ts';
import { STREAM_LIFE_MILLISECONDS, STREAM_MESSAGES } from '../sharing/settings.ts';

/** Most characters that the messages of all streams hold. The oldest go first. */
const MOST_CHARACTERS = 64_000_000;

/** Most feeds that are remembered. The least recently used are forgotten first. */
const MOST_FEEDS = 100_000;

interface Lease {
  readonly token: string;
  readonly owner: string;
  readonly worker: number;
  readonly until: number;
}

/** What the workers share about one feed. */
export interface SharedFeed {
  lease: Lease | null;
  terms: number;
  count: number;
  usedAt: number;
  readonly messages: Message[];
}

/** The streams of all feeds, bounded together. Times are in milliseconds since 1970. */
export class Streams {
  readonly #now: () => number;
  readonly #feeds = new Map<string, SharedFeed>();
  /** All messages of all streams, the oldest first. */
  readonly #all = new Map<Message, SharedFeed>();
  #characters = 0;
  #lastTime = 0;
  #inThisTime = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  get characters(): number {
    return this.#characters;
  }

  /** The feed of that name, which is used now. */
  of(name: string): SharedFeed {
    const feed = this.#feeds.get(name) ?? { lease: null, terms: 0, count: 0, usedAt: 0, messages: [] };
    feed.usedAt = this.#now();
    // The most recently used feed is the last.
    this.#feeds.delete(name);
    this.#feeds.set(name, feed);
    this.#forgetUnused();
    return feed;
  }

  names(): readonly string[] {
    return [...this.#feeds.keys()];
  }

  peek(name: string): SharedFeed | null {
    return this.#feeds.get(name) ?? null;
  }

  add(feed: SharedFeed, sender: string, kind: MessageKind, body: string): Message {
    feed.count += 1;
    const message = { id: this.#nextId(), number: feed.count, sender, kind, body };
    feed.messages.push(message);
    this.#all.set(message, feed);
    this.#characters += body.length;
    if (feed.messages.length > STREAM_MESSAGES) this.#dropOldest(feed);
    for (const each of this.#all.values()) {
      if (this.#characters <= MOST_CHARACTERS) break;
      this.#dropOldest(each);
    }
    return message;
  }

  after(name: string, id: string): readonly Message[] {
    return this.peek(name)?.messages.filter((message) => isAfter(message.id, id)) ?? [];
  }

  /** Ids increase, also where the clock is put back. */
  #nextId(): string {
    const now = Math.floor(this.#now());
    this.#inThisTime = now > this.#lastTime ? 0 : this.#inThisTime + 1;
    this.#lastTime = Math.max(now, this.#lastTime);
    return `${this.#lastTime}-${this.#inThisTime}`;
  }

  #dropOldest(feed: SharedFeed): void {
    const message = feed.messages.shift();
    if (message === undefined) return;
    this.#all.delete(message);
    this.#characters -= message.body.length;
  }

  #forgetUnused(): void {
    const oldest = this.#now() - STREAM_LIFE_MILLISECONDS;
    for (const [name, feed] of this.#feeds) {
      if (feed.usedAt >= oldest && this.#feeds.size <= MOST_FEEDS) return;
      this.#feeds.delete(name);
      for (const message of feed.messages) {
        this.#all.delete(message);
        this.#characters -= message.body.length;
      }
      feed.messages.length = 0;
    }
  }
}
