import type { Asker, Call } from '../../domain/call.ts';
import { Cancellation } from '../request/abort.ts';

/** An operation that waits for a call at a source, and its priority. */
export type Claim = Pick<Call, 'asker' | 'priority'>;

/** The operations that wait for one call: one, or several that share it. */
export class Caller {
  readonly cancellation: Cancellation;
  readonly #claims: Claim[];
  #onJoin: ((claim: Claim) => void) | null = null;

  constructor(claims: readonly Claim[], cancellation = new Cancellation()) {
    this.#claims = [...claims];
    this.cancellation = cancellation;
  }

  /** The claims of all operations that joined so far, including those that left: the call goes on for the rest. */
  get claims(): readonly Claim[] {
    return this.#claims;
  }

  /** The operation that started the call. None: unknown. */
  get first(): readonly Asker[] {
    return this.#claims.slice(0, 1).map(({ asker }) => asker);
  }

  /** The id of the request that started the call. Undefined: unknown. */
  get requestId(): string | undefined {
    return this.#claims[0]?.asker.requestId;
  }

  /** Adds the claims of another caller that now waits for the same call. */
  join({ claims }: Caller): void {
    for (const claim of claims) {
      const { asker, priority } = claim;
      if (this.#claims.some((known) => known.asker === asker && known.priority === priority)) continue;
      this.#claims.push(claim);
      this.#onJoin?.(claim);
    }
  }

  /** Sets the listener for claims that join from now on. Null removes it. */
  onJoin(listener: ((claim: Claim) => void) | null): void {
    this.#onJoin = listener;
  }
}
