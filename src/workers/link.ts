import { z } from 'zod';
import type { FeedKeys } from '../sharing/keys.ts';
import type { SharingLink, StreamFollower, StreamPlace } from '../sharing/link.ts';
import { MESSAGE_KINDS } from '../sharing/message.ts';
import type { Message, MessageKind } from '../sharing/message.ts';
import type { Peer } from './peer.ts';

/** The primary answers at once; it is given this long on a crowded machine. */
const ANSWER_MILLISECONDS = 10_000;

const held = z.string().nullable();
const place = z.object({ id: z.string(), number: z.number() });
const delivery = z.tuple([
  z.string(),
  z.object({
    id: z.string(),
    number: z.number(),
    sender: z.string(),
    kind: z.enum(MESSAGE_KINDS),
    body: z.string(),
  }),
]);

/** The link of a worker to the broker in the primary process. It is up as long as the worker lives. */
export class BrokerLink implements SharingLink, StreamFollower {
  readonly isUp = true;
  readonly generation = 0;
  readonly #peer: Peer;
  readonly #followed = new Map<string, (message: Message) => void>();
  #pendingCharacters = 0;

  constructor(peer: Peer) {
    this.#peer = peer;
  }

  get pendingCharacters(): number {
    return this.#pendingCharacters;
  }

  /** A message has come from the broker. */
  take(body: unknown): void {
    const [stream, message] = delivery.parse(body);
    this.#followed.get(stream)?.(message);
  }

  async hold({ stream }: FeedKeys, owner: string, token: string | null): Promise<string | null> {
    return held.parse(await this.#ask('hold', [stream, owner, token]));
  }

  async release({ stream }: FeedKeys, token: string): Promise<void> {
    await this.#ask('release', [stream, token]);
  }

  async publish(
    { stream }: FeedKeys,
    token: string | null,
    sender: string,
    kind: MessageKind,
    body: string,
  ): Promise<boolean> {
    this.#pendingCharacters += body.length;
    try {
      return (await this.#ask('publish', [stream, token, sender, kind, body])) === true;
    } catch {
      // Perhaps it was not sent. A new term has the others read from the vendor.
      return false;
    } finally {
      this.#pendingCharacters -= body.length;
    }
  }

  async endOf({ stream }: FeedKeys): Promise<StreamPlace> {
    return place.parse(await this.#ask('endOf', stream));
  }

  follow(stream: string, id: string, take: (message: Message) => void): () => void {
    this.#followed.set(stream, take);
    this.#peer.tell('follow', [stream, id]);
    return () => {
      if (this.#followed.get(stream) !== take) return;
      this.#followed.delete(stream);
      this.#peer.tell('unfollow', stream);
    };
  }

  #ask(what: string, body: unknown): Promise<unknown> {
    return this.#peer.ask(what, body, ANSWER_MILLISECONDS);
  }
}
