import { startOfInstant } from '../../../domain/ordered.ts';
import type { Position } from '../../../domain/ordered.ts';
import type { Gap } from '../feed/gap.ts';

const REASON = 'the log has started over, and the source no longer gives the earlier lines that had not been read';

/** Watches a log whose source returns one stretch at a time (for example, one attempt of the job). */
export class StretchWatch {
  #last: { readonly name: string; readonly readFrom: bigint | null } | null = null;

  /**
   * True if the source returns one stretch at a time. Polls then need not report what they cannot reach: the change of
   * stretch reports it.
   */
  get isWatching(): boolean {
    return this.#last !== null;
  }

  /**
   * Returns the gap if the stretch has changed. `stretch` names the one that the source returns now (undefined: it does
   * not say). Polls read it from the instant `readFrom` on.
   */
  see(stretch: string | undefined, readFrom: bigint | null): Omit<Gap, 'partition'> | null {
    const last = this.#last;
    if (stretch === undefined) return null;
    this.#last = { name: stretch, readFrom };
    if (last === null || last.name === stretch) return null;
    const after = last.readFrom === null ? null : startOfInstant(last.readFrom);
    return { after, before: thisMoment(), reason: REASON };
  }

  /** Completes a gap that the first read of the log has found: its lines are all in the past. */
  past(gap: Gap): Gap {
    return this.isWatching && gap.before === null ? { ...gap, before: thisMoment() } : gap;
  }
}

function thisMoment(): Position {
  return startOfInstant(BigInt(Date.now()) * 1_000_000n);
}
