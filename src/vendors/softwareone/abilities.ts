import { hasStatus } from '../../domain/errors.ts';
import type { TributaryError } from '../../domain/errors.ts';

/**
 * An ability that the documentation suggests but does not state, so that a service may refuse or ignore it. Each source
 * remembers which abilities it turned out to lack.
 */
interface Fact {
  readonly asks: 'filter' | 'order';
  /** The property that it concerns. */
  readonly path: string;
  /** Operators that only this ability uses. A service that does not know one reports it in its error. */
  readonly operators?: readonly string[];
}

const FACTS = {
  'logs by time': { asks: 'order', path: 'timestamp' },
  'logs by time and id': { asks: 'order', path: 'id' },
  'logs within times': { asks: 'filter', path: 'timestamp', operators: ['ge', 'le'] },
  'logs of severities': { asks: 'filter', path: 'severity', operators: ['in', 'out'] },
  'tasks by age': { asks: 'order', path: 'audit.created.at' },
  'tasks without parent': { asks: 'filter', path: 'parent.id' },
  'tasks of a parent': { asks: 'filter', path: 'parent.id' },
  'tasks of parents': { asks: 'filter', path: 'parent.id' },
  'tasks of ids': { asks: 'filter', path: 'id' },
  'tasks of statuses': { asks: 'filter', path: 'status' },
  'tasks of a name': { asks: 'filter', path: 'name' },
} as const satisfies Readonly<Record<string, Fact>>;

export type Ability = keyof typeof FACTS;

/** The abilities of one source. */
export class Abilities {
  readonly #lost = new Set<Ability>();
  readonly #proven = new Set<Ability>();

  can(ability: Ability): boolean {
    return !this.#lost.has(ability);
  }

  /** The number of lost abilities. If it has grown, another way is worth trying. */
  get losses(): number {
    return this.#lost.size;
  }

  lose(...abilities: readonly Ability[]): void {
    for (const ability of abilities) {
      this.#lost.add(ability);
      if (ability === 'logs by time') this.#lost.add('logs by time and id');
    }
  }

  /** Records that an answer has proved the ability. */
  prove(ability: Ability): void {
    this.#proven.add(ability);
  }

  isProven(ability: Ability): boolean {
    return this.#proven.has(ability);
  }

  /** Restores abilities that were lost because of an answer with another cause. */
  restore(abilities: Iterable<Ability>): void {
    for (const ability of abilities) this.#lost.delete(ability);
  }

  /** Removes the used abilities that a refusal names, or all used ones if it names none. Returns them. */
  blame(refusal: TributaryError, used: readonly Ability[]): readonly Ability[] {
    const complaint = complaintOf(refusal.body);
    const about = used.filter((ability) => isAbout(complaint, FACTS[ability]));
    const blamed = about.length > 0 ? about : used;
    const before = new Set(this.#lost);
    this.lose(...blamed);
    return [...this.#lost].filter((ability) => !before.has(ability));
  }
}

/** True for the error of a query that the vendor refuses. */
export function isRefusal(error: unknown): error is TributaryError {
  return hasStatus(error, 400, 422);
}

/** Sends a request with all wanted abilities of the source, and again without those that it refuses. */
export async function adaptively<T>(
  abilities: Abilities,
  wanted: readonly Ability[],
  ask: (can: (ability: Ability) => boolean) => Promise<T>,
): Promise<T> {
  const lost: Ability[] = [];
  for (;;) {
    const used = wanted.filter((ability) => abilities.can(ability));
    try {
      return await ask((ability) => used.includes(ability));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (used.length === 0) {
        // The request was refused without any of them too, so they were not the cause.
        abilities.restore(lost);
        throw error;
      }
      lost.push(...abilities.blame(error, used));
    }
  }
}

interface Complaint {
  /** Names in the member `errors`: its keys, or the `properties` of its items. */
  readonly subjects: ReadonlySet<string>;
  readonly text: string;
}

/** `errors` is an object of lists of messages, or a list of objects with a message and properties. */
function complaintOf(body: unknown): Complaint {
  const subjects = new Set<string>();
  const texts: string[] = [];
  const errors = isRecord(body) ? body['errors'] : undefined;
  for (const [key, value] of isRecord(errors) ? Object.entries(errors) : []) {
    if (!Array.isArray(errors)) subjects.add(key);
    const properties: unknown = isRecord(value) ? value['properties'] : undefined;
    for (const property of Array.isArray(properties) ? properties : []) subjects.add(String(property));
    texts.push(JSON.stringify(value));
  }
  return { subjects, text: texts.join(' ').toLowerCase() };
}

function isAbout({ subjects, text }: Complaint, { asks, path, operators }: Fact): boolean {
  if (operators?.some((operator) => subjects.has(operator)) === true) return true;
  if (!subjects.has(path)) return false;
  if (text.includes('ordering')) return asks === 'order';
  return !text.includes('filtering') || asks === 'filter';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
