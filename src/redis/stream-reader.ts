import { randomUUID } from 'node:crypto';
import { feedKeys } from '../sharing/keys.ts';
import type { FeedKeys } from '../sharing/keys.ts';
import type { RedisLink } from './link.ts';
import type { StreamFollower } from '../sharing/link.ts';
import type { Message } from '../sharing/message.ts';

interface Followed {
  id: string;
  readonly take: (message: Message) => void;
}

/**
 * Reads all streams that this replica follows over one connection. To add a stream while it waits, it wakes itself with
 * a message on a stream made for that.
 */
export class RedisStreamReader implements StreamFollower {
  readonly #link: RedisLink;
  readonly #wait: number;
  readonly #wakeKeys: FeedKeys;
  readonly #followed = new Map<string, Followed>();
  #wokenAt = '0-0';
  #isStale = false;

  constructor(link: RedisLink, prefix: string, wait: number) {
    this.#link = link;
    this.#wait = Math.round(wait);
    this.#wakeKeys = feedKeys(prefix, `wake:${randomUUID()}`);
  }

  follow(stream: string, id: string, take: (message: Message) => void): () => void {
    const followed = { id, take };
    this.#followed.set(stream, followed);
    this.#wake();
    return () => {
      if (this.#followed.get(stream) === followed) this.#followed.delete(stream);
    };
  }

  /** Reads until the link goes down. */
  async run(): Promise<void> {
    const { generation } = this.#link;
    try {
      while (this.#link.isUp && generation === this.#link.generation) await this.#readOnce();
    } catch {
      // The link has already notified its listeners that it is down.
    }
  }

  async #readOnce(): Promise<void> {
    this.#isStale = false;
    const asked = new Map(this.#followed);
    const places = [...asked].map(([stream, { id }]) => [stream, id] as const);
    const parts = await this.#link.read([[this.#wakeKeys.stream, this.#wokenAt], ...places], this.#wait);
    for (const { stream, lastId, messages } of parts) {
      if (stream === this.#wakeKeys.stream) this.#wokenAt = lastId;
      const followed = asked.get(stream);
      if (followed === undefined) continue;
      followed.id = lastId;
      // A follower may stop following when it takes a message.
      for (const message of messages) if (this.#followed.get(stream) === followed) followed.take(message);
    }
  }

  #wake(): void {
    if (this.#isStale) return;
    this.#isStale = true;
    this.#link.publish(this.#wakeKeys, null, '', 'wake', '').catch(() => undefined);
  }
}
