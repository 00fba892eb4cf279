import type { FeedKeys } from './keys.ts';
import type { Message, MessageKind } from './message.ts';

/** The last message of a stream; messages after it are new. */
export interface StreamPlace {
  readonly id: string;
  /** The number of that message; 0 if the stream is empty. */
  readonly number: number;
}

/** How replicas reach each other. When the link is down, every method rejects. */
export interface SharingLink {
  readonly isUp: boolean;
  /** Changes whenever the link goes up or down: results from an earlier generation are void. */
  readonly generation: number;
  /** Characters that are being sent. */
  readonly pendingCharacters: number;
  /** Takes or renews a lease. Returns the token that is now held; null if another replica holds the lease. */
  hold(keys: FeedKeys, owner: string, token: string | null): Promise<string | null>;
  release(keys: FeedKeys, token: string): Promise<void>;
  /**
   * Adds a message to a stream. Returns false if `token` does not hold the lease; with a null token, no lease is
   * needed.
   */
  publish(keys: FeedKeys, token: string | null, sender: string, kind: MessageKind, body: string): Promise<boolean>;
  endOf(keys: FeedKeys): Promise<StreamPlace>;
}

/** Brings the messages of streams. */
export interface StreamFollower {
  /** Passes the messages after `id` to `take`, until the returned function is called. */
  follow(stream: string, id: string, take: (message: Message) => void): () => void;
}
