import { TributaryError } from '../../domain/errors.ts';

/**
 * What the documentation lets one infer but does not say, so that a service may refuse it or do nothing
 * about it. Each source remembers what it turned out not to do.
 */
interface Fact {
  readonly asks: 'filter' | 'order';
  /** The property that it is about. */
  readonly path: string;
  /** The operators that only it uses: a service that does not know one complains about that. */
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

/** What one source can do. */
export class Abilities {
  readonly #lost = new Set<Ability>();
  readonly #proven = new Set<Ability>();

  can(ability: Ability): boolean {
    return !this.#lost.has(ability);
  }

  /** How much has been lost: it has grown when another way is worth a try. */
  get losses(): number {
    return this.#lost.size;
  }

  lose(...abilities: readonly Ability[]): void {
    for (const ability of abilities) {
      this.#lost.add(ability);
      if (ability === 'logs by time') this.#lost.add('logs by time and id');
    }
  }

  /** An answer has shown that the source does it. */
  prove(ability: Ability): void {
    this.#proven.add(ability);
  }

  isProven(ability: Ability): boolean {
    return this.#proven.has(ability);
  }

  /** What was lost on account of an answer that had another cause. */
  restore(abilities: Iterable<Ability>): void {
    for (const ability of abilities) this.#lost.delete(ability);
  }

  /** Loses those of the used abilities that a refusal is about, or all of them where it does not say; returns them. */
  blame(refusal: TributaryError, used: readonly Ability[]): readonly Ability[] {
    const complaint = complaintOf(refusal.body);
    const about = used.filter((ability) => isAbout(complaint, FACTS[ability]));
    const blamed = about.length > 0 ? about : used;
    const before = new Set(this.#lost);
    this.lose(...blamed);
    return [...this.#lost].filter((ability) => !before.has(ability));
  }
}

/** Is it the answer to a query that the vendor does not take? */
export function isRefusal(error: unknown): error is TributaryError {
  return error instanceof TributaryError && (error.status === 400 || error.status === 422);
}

/** Asks with all that the source can do, and again without what it refuses. */
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
        // Refused without any of it: they were not to blame.
        abilities.restore(lost);
        throw error;
      }
      lost.push(...abilities.blame(error, used));
    }
  }
}

interface Complaint {
  /** Names that the `errors` member gives: its keys, or the `properties` of its items. */
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
