import type { Delivery } from './events/batch.ts';
import type { History } from './history/history.ts';
import type { JobPlace } from './place/job-place.ts';
import type { Lane } from './lane.ts';

/** What a job is owed that has not begun: the lines behind a place, or so many of the last ones. */
export type Owed =
  { readonly kind: 'behind'; readonly place: JobPlace } | { readonly kind: 'last'; readonly count: number };

/**
 * Where one job of a subscription is. Starting: its feed has not seen the present. History: its past is being read, together
 * with that of other jobs. Live: it takes what its feed releases.
 */
export type Phase =
  | { readonly kind: 'starting'; readonly owed: Owed }
  | { readonly kind: 'history'; readonly history: History }
  | { readonly kind: 'live' };

const LIVE: Phase = { kind: 'live' };

/** The jobs of a subscription and the phase of each. */
export class Phases {
  readonly lanes: readonly Lane[];
  readonly #phases: Map<Lane, Phase>;

  constructor(lanes: readonly Lane[], owedAtFirst: (lane: Lane) => Owed) {
    this.lanes = lanes;
    this.#phases = new Map(lanes.map((lane) => [lane, { kind: 'starting', owed: owedAtFirst(lane) }]));
  }

  all(): ReadonlyMap<Lane, Phase> {
    return this.#phases;
  }

  in(kind: Phase['kind']): Lane[] {
    return this.lanes.filter((lane) => this.#phases.get(lane)?.kind === kind);
  }

  histories(): History[] {
    const phases = [...this.#phases.values()];
    return [...new Set(phases.flatMap((phase) => (phase.kind === 'history' ? [phase.history] : [])))];
  }

  /** The jobs that are still starting are owed this. */
  owe(owed: Owed): void {
    for (const lane of this.in('starting')) this.#phases.set(lane, { kind: 'starting', owed });
  }

  beginHistory(lanes: readonly Lane[], history: History): void {
    for (const lane of lanes) this.#phases.set(lane, { kind: 'history', history });
  }

  goLive(lanes: readonly Lane[]): void {
    for (const lane of lanes) {
      lane.goLive();
      this.#phases.set(lane, LIVE);
    }
  }

  laneOf({ position }: Delivery): Lane {
    return this.laneAt(position.scope);
  }

  laneAt(index: number): Lane {
    const lane = this.lanes[index];
    if (lane === undefined) throw new RangeError(`There is no job ${index}.`);
    return lane;
  }
}
