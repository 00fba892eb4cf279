import { startOfInstant } from '../../../domain/ordered.ts';
import type { Position } from '../../../domain/ordered.ts';
import type { Gap } from '../feed/gap.ts';

const REASON = 'the log has started over, and the source no longer gives the lines before that which were not read yet';

/** Watches a log of which the source gives one stretch at a time (one attempt of its job, say). */
export class StretchWatch {
  #last: { readonly name: string; readonly readFrom: bigint | null } | null = null;

  /** Is there only one stretch at a time? Then polls need not report what they do not reach: the change of stretch reports it. */
  get isWatching(): boolean {
    return this.#last !== null;
  }

  /**
   * `stretch` names the one that the source gives now; undefined where it does not say. Polls read it from
   * the instant `readFrom` on. Gives what is out of reach when it is another one than the last.
   */
  see(stretch: string | undefined, readFrom: bigint | null): Omit<Gap, 'partition'> | null {
    const last = this.#last;
    if (stretch === undefined) return null;
    this.#last = { name: stretch, readFrom };
    if (last === null || last.name === stretch) return null;
    const after = last.readFrom === null ? null : startOfInstant(last.readFrom);
    return { after, before: thisMoment(), reason: REASON };
  }

  /** A gap that was seen when the log was read for the first time: nothing of it is still to come. */
  past(gap: Gap): Gap {
    return this.isWatching && gap.before === null ? { ...gap, before: thisMoment() } : gap;
  }
}

function thisMoment(): Position {
  return startOfInstant(BigInt(Date.now()) * 1_000_000n);
}
