import type { Call } from '../../domain/call.ts';
import { Cancellation } from '../request/abort.ts';

/** Whose turn a call may take at its source, and how urgently. */
export type Claim = Pick<Call, 'asker' | 'priority'>;

/** Who waits for a call: one operation, or all those that share it. */
export class Caller {
  readonly cancellation: Cancellation;
  readonly #claims: Claim[];
  #onJoin: ((claim: Claim) => void) | null = null;

  constructor(claims: readonly Claim[], cancellation = new Cancellation()) {
    this.#claims = [...claims];
    this.cancellation = cancellation;
  }

  /** Those of all who have asked so far. Who has left is among them: the call goes on for the others. */
  get claims(): readonly Claim[] {
    return this.#claims;
  }

  /** Others wait for the call, too. */
  join({ claims }: Caller): void {
    for (const claim of claims) {
      const { asker, priority } = claim;
      if (this.#claims.some((known) => known.asker === asker && known.priority === priority)) continue;
      this.#claims.push(claim);
      this.#onJoin?.(claim);
    }
  }

  /** Tells of those who join from now on; null: no more. */
  onJoin(listener: ((claim: Claim) => void) | null): void {
    this.#onJoin = listener;
  }
}
