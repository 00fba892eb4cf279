import type { Unreadable } from '../../../pagination/core/partition.ts';
import { MOST_NAMES } from '../../../pagination/core/unreadable.ts';
import type { Service } from '../facts.ts';
import { selectsPlace } from '../pushdown.ts';
import type { Selection } from '../pushdown.ts';

/** The lines of an answer that could not be read, counted by where they stand: which severity they have is not known. */
export class OddLines {
  readonly #places = new Map<
    string,
    { service: Service | null; taskId: string | null; reason: string; count: number }
  >();

  note(service: Service | null, taskId: string | null, reason: string): void {
    const name = taskId ?? service ?? 'another group';
    const place = this.#places.get(name);
    if (place === undefined) this.#places.set(name, { service, taskId, reason, count: 1 });
    else place.count += 1;
  }

  /** Those that a selection may want; undefined where there is none. */
  of(selection: Selection): Unreadable | undefined {
    // What stands in a group that is not known may be wanted by anybody.
    const wanted = [...this.#places.values()].filter(
      ({ service, taskId }) => service === null || selectsPlace(selection, service, taskId),
    );
    const [first] = wanted;
    if (first === undefined) return undefined;
    // A line that can't be read has no name of its own: it is known by its number at its place.
    const ids = wanted.flatMap(({ service, taskId, count }) =>
      Array.from(
        { length: Math.min(count, MOST_NAMES) },
        (_, number) => `${taskId ?? service ?? 'another group'} ${number}`,
      ),
    );
    const count = wanted.reduce((sum, place) => sum + place.count, 0);
    return { count, ids: ids.slice(0, MOST_NAMES), reason: first.reason };
  }
}
