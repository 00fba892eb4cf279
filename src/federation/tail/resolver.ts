import type { LogEntry } from '../../domain/log-entry.ts';
import type { PlacedLine } from './delivery.ts';
import type { HistoryReader } from './history-reader.ts';
import { Known } from './known.ts';
import type { Lanes } from './lanes.ts';
import { tellApart } from './line-sums.ts';
import type { LineSums } from './line-sums.ts';
import { isBehindPlace } from './place.ts';
import type { TailSettings } from './settings.ts';
import type { TailState } from './tail-cursor.ts';
import type { Waiting } from './waiting.ts';

export interface ResolverOptions {
  readonly lanes: Lanes;
  readonly past: HistoryReader;
  readonly waiting: Waiting;
  readonly tail: TailSettings;
  readonly accepts: (entry: LogEntry) => boolean;
}

/** How often the windows are looked at again: what was delivered elsewhere may not have been polled here. */
const LOOKS = 3;

/** Finds out which lines a place means that says no more of them than their sums: by reading them again. */
export class Resolver {
  readonly #options: ResolverOptions;

  constructor(options: ResolverOptions) {
    this.#options = options;
  }

  async resolve(state: TailState): Promise<Known> {
    const { sums } = state;
    if (sums === null) return new Known(state);
    const lines = new Map<string, PlacedLine>();
    const names = new Set(state.names);
    const take = ({ digest, position }: PlacedLine): void => {
      if (position.time > sums.last || !isBehindPlace(state.place, position)) return;
      // Those that have a name are not in the sums.
      if (!names.has(digest.text)) lines.set(digest.text, { digest, position });
    };
    if (!(await this.#readPast(state, sums, take, lines))) return new Known(state, sums.last);
    for (let look = 1; ; look += 1) {
      this.#takeWindows(sums, take);
      const { known, unclear } = tellApart(sums, [...lines.values()]);
      const isWhole = known.length === sums.count;
      if (!isWhole && look < LOOKS && !this.#options.waiting.isOver()) {
        await this.#options.waiting.pause(this.#options.tail.intervalMilliseconds);
        continue;
      }
      // What is not here yet may come, and nobody will know it again.
      const found = new Known(state, isWhole ? null : sums.last);
      for (const line of known) found.resolved.set(line.digest.text, line);
      for (const { digest } of unclear) found.unclear.add(digest.text);
      return found;
    }
  }

  /** What lies before the windows. False: that can't be read. */
  async #readPast(
    state: TailState,
    sums: LineSums,
    take: (line: PlacedLine) => void,
    taken: ReadonlyMap<string, PlacedLine>,
  ): Promise<boolean> {
    const { lanes, past, waiting } = this.#options;
    let { place } = state;
    while (lanes.beginBehind(place)) {
      if (waiting.isOver() || taken.size > 4 * sums.count) return false;
      const page = await past.read(place);
      if (page.isRefused) return false;
      for (const line of page.lines) take(line);
      place = page.place ?? place;
      const isPast = place.position.time > sums.last && place.marks.every(({ at }) => at === undefined);
      if (!page.failed && (isPast || !page.more)) break;
    }
    return true;
  }

  #takeWindows({ last }: LineSums, take: (line: PlacedLine) => void): void {
    for (const lane of this.#options.lanes.all) {
      for (const line of lane.knownUpTo(last)) {
        if (this.#options.accepts(line.entry)) take(lane.placed(line));
      }
    }
  }
}
