import type { LogStreamEvent } from '../../api.ts';
import type { MergedPosition } from '../../cursor/position.ts';
import type { Delivery } from './events/delivery.ts';
import type { JobPlace } from './place/job-place.ts';
import type { Lane } from './lane.ts';

/** What a job that has not begun is owed: the lines after a place, or the last `count` of its lines. */
export type Owed =
  { readonly kind: 'after'; readonly place: JobPlace } | { readonly kind: 'last'; readonly count: number };

/** The past of some jobs, which is being read together. */
export interface JointHistory {
  /** The position up to which the past has been read. */
  readonly position: MergedPosition;
  /** When to look again; Infinity while a page is being read. */
  readonly dueAt: number;
  /** Delivers a page or starts the read of the next one. Jobs whose windows hold the rest go live. */
  goOn(): Generator<LogStreamEvent, void, undefined>;
  /** What a cursor records of a job. */
  stateOf(lane: Lane): { place: JobPlace; names: readonly string[] };
}

/**
 * The phase of one job of a subscription. Starting: its feed has not read the end of the log yet. History: its past is
 * being read, together with that of other jobs. Live: it takes what its feed releases.
 */
export type Phase =
  | { readonly kind: 'starting'; readonly owed: Owed }
  | { readonly kind: 'history'; readonly history: JointHistory }
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

  histories(): JointHistory[] {
    const phases = [...this.#phases.values()];
    return [...new Set(phases.flatMap((phase) => (phase.kind === 'history' ? [phase.history] : [])))];
  }

  /** Sets what the jobs that are still starting are owed. */
  owe(owed: Owed): void {
    for (const lane of this.in('starting')) this.#phases.set(lane, { kind: 'starting', owed });
  }

  beginHistory(lanes: readonly Lane[], history: JointHistory): void {
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
