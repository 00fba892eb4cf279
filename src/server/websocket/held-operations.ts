import { EventEmitter, once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { GraphQLError } from 'graphql';
import type { ErrorCode } from '../../domain/errors.ts';
import type { HeldBytes, HeldShare } from '../../domain/held-bytes.ts';

/** What is read of a message takes so many times as much memory as its text, until its operation is over. */
const MEMORY_OF_MESSAGE = 3;

const NO_ROOM =
  'Operations and answers that are under way take all memory that there is for one caller (limits.unreadBytes). Ask again later.';

/**
 * The operations of WebSockets that are under way, and their memory: that of their messages until they are over, and that of their
 * answers until they are read.
 */
export class HeldOperations {
  readonly #held: HeldBytes;
  readonly #sockets = new Map<IncomingMessage, Map<string, readonly HeldShare[]>>();
  readonly #ends = new EventEmitter();

  constructor(held: HeldBytes) {
    this.#held = held;
  }

  /** An operation with a message of so many characters begins. The share is for its answers. An error: there is no memory for it. */
  begin(socket: IncomingMessage, id: string, caller: string | null, characters: number): HeldShare | GraphQLError {
    const [message, answers] = [this.#held.share(caller), this.#held.share(caller)];
    if (!message.take(MEMORY_OF_MESSAGE * characters))
      return new GraphQLError(NO_ROOM, { extensions: { code: 'UPSTREAM_BUDGET_EXCEEDED' satisfies ErrorCode } });
    const operations = this.#sockets.get(socket) ?? new Map<string, readonly HeldShare[]>();
    this.#sockets.set(socket, operations);
    operations.set(id, [message, answers]);
    return answers;
  }

  /** Its last message has been read. */
  end(socket: IncomingMessage, id: string): void {
    const operations = this.#sockets.get(socket);
    for (const share of operations?.get(id) ?? []) share.free();
    operations?.delete(id);
    if (operations?.size === 0) this.#sockets.delete(socket);
    this.#ends.emit('end');
  }

  /** The socket is closed. */
  close(socket: IncomingMessage): void {
    for (const shares of this.#sockets.get(socket)?.values() ?? []) for (const share of shares) share.free();
    this.#sockets.delete(socket);
    this.#ends.emit('end');
  }

  /** Resolves when no operation is under way, or when patience is over. */
  async whenOver(patience: AbortSignal): Promise<void> {
    while (this.#sockets.size > 0 && !patience.aborted)
      await once(this.#ends, 'end', { signal: patience }).catch(() => null);
  }
}
