import type { Batch, Batches } from './batches.ts';
import { leftOut } from './dropped.ts';
import { REFUSED } from './history-reader.ts';
import type { HistoryReader } from './history-reader.ts';
import type { Lanes } from './lanes.ts';
import { placeBefore } from './place.ts';
import type { Resolver } from './resolver.ts';
import type { Standing } from './standing.ts';
import { FROM_THE_BEGINNING } from './tail-cursor.ts';
import type { Waiting } from './waiting.ts';

export interface CatchUpOptions {
  readonly lanes: Lanes;
  readonly past: HistoryReader;
  readonly resolver: Resolver;
  readonly standing: Standing;
  readonly batches: Batches;
  readonly waiting: Waiting;
}

/** Brings a subscriber from where it stands to where the feeds' windows begin. */
export class CatchUp {
  readonly #options: CatchUpOptions;

  constructor(options: CatchUpOptions) {
    this.#options = options;
  }

  /** Does the windows' part of the log begin behind the place where the subscriber stands? */
  get isNeeded(): boolean {
    const { lanes, standing } = this.#options;
    return standing.history !== null && lanes.beginBehind(standing.history.place);
  }

  async *read(): AsyncGenerator<Batch, void, undefined> {
    const { resolver, standing, waiting } = this.#options;
    const known = await resolver.resolve(standing.history ?? FROM_THE_BEGINNING);
    if (waiting.isOver()) return;
    standing.beginHistory(known);
    for (let incomplete = this.isNeeded; incomplete && !waiting.isOver();) {
      const { batches, more, failed } = await this.#readPage();
      yield* batches;
      // When the vendors have no more although the windows begin later, there is nothing in between.
      incomplete = failed || (more && this.isNeeded);
    }
  }

  async #readPage(): Promise<{ batches: Batch[]; more: boolean; failed: boolean }> {
    const { lanes, past, standing, batches } = this.#options;
    const { place: from } = standing.history ?? FROM_THE_BEGINNING;
    const { lines: read, place, more, dropped, failed, isRefused } = await past.read(from);
    const lines = read.filter((line) => !standing.has(line));
    for (const line of lines) standing.remember(line);
    standing.forgetPast();
    if (place !== null) standing.advance(place);
    const left = isRefused ? leftOut(from, placeBefore(lanes.coveredFrom()), REFUSED) : dropped;
    return { batches: batches.history(lines, more, left), more, failed };
  }
}
