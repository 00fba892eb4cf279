import type { SandboxReply, SimulatedVendor } from '../../../src/sandbox/types.ts';
import { MEASURED } from './sources.ts';
import type { Source } from './sources.ts';

/** Counts the rows of log pages that simulated vendors return. */
export class RowCounts {
  readonly #counts = new Map<Source, number>();

  counting(source: Source, simulation: SimulatedVendor): SimulatedVendor {
    return {
      ...simulation,
      handle: async (request) => {
        const reply = await simulation.handle(request);
        const rows = simulation.classify(request) === 'logs' ? rowsOf(source, reply) : 0;
        this.#counts.set(source, (this.#counts.get(source) ?? 0) + rows);
        return reply;
      },
    };
  }

  take(source: Source): number {
    const count = this.#counts.get(source) ?? 0;
    this.#counts.delete(source);
    return count;
  }
}

function rowsOf(source: Source, { body, status }: SandboxReply): number {
  const name = MEASURED[source].list;
  if (name === null || status !== 200) return 0;
  const answer = (typeof body === 'string' ? JSON.parse(body) : body) as Readonly<Record<string, unknown>>;
  const rows = answer[name];
  if (!Array.isArray(rows)) throw new TypeError(`A page of ${source} has no ${name}: ${Object.keys(answer).join()}`);
  return rows.length;
}
