import type { Unreadable } from '../../../pagination/core/partition.ts';
import { MOST_NAMES } from '../../../pagination/core/unreadable.ts';
import type { JobService } from '../facts.ts';
import { selectsPlace } from '../pushdown.ts';
import type { Selection } from '../pushdown.ts';

/** Unreadable lines of one service or task. */
interface UnreadableGroup {
  readonly service: JobService | null;
  readonly taskId: string | null;
  readonly reason: string;
  count: number;
}

/** The unreadable lines of an answer, counted by service and task. Their severity is unknown. */
export class OddLines {
  readonly #places = new Map<string, UnreadableGroup>();

  note(service: JobService | null, taskId: string | null, reason: string): void {
    const name = taskId ?? service ?? 'another group';
    const place = this.#places.get(name);
    if (place === undefined) this.#places.set(name, { service, taskId, reason, count: 1 });
    else place.count += 1;
  }

  /** The unreadable lines that a selection may include; undefined: none. */
  of(selection: Selection): Unreadable | undefined {
    // Lines of an unknown group may belong to any selection.
    return unreadableOf(
      [...this.#places.values()].filter(
        ({ service, taskId }) => service === null || selectsPlace(selection, service, taskId),
      ),
    );
  }

  /** Those of groups that are not known; undefined: none. */
  ofOtherGroups(): Unreadable | undefined {
    return unreadableOf([...this.#places.values()].filter(({ service }) => service === null));
  }
}

function unreadableOf(wanted: readonly UnreadableGroup[]): Unreadable | undefined {
  const [first] = wanted;
  if (first === undefined) return undefined;
  // An unreadable line has no id, so it is named by its place and number.
  const ids = wanted.flatMap(({ service, taskId, count }) =>
    Array.from(
      { length: Math.min(count, MOST_NAMES) },
      (_, number) => `${taskId ?? service ?? 'another group'} ${number}`,
    ),
  );
  const count = wanted.reduce((sum, place) => sum + place.count, 0);
  return { count, ids: ids.slice(0, MOST_NAMES), reason: first.reason };
}
