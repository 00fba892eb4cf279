import type { Json } from '../../../../domain/json.ts';
import { Mismatch } from '../../../../http/body/mismatch.ts';
import { isComplaint, isError } from '../../../shared/error-words.ts';
import { isFields } from '../../../shared/wire.ts';
import type { JobService } from '../../facts.ts';
import { TOO_LARGE } from './scanner-options.ts';
import type { Path } from './scanner-options.ts';
import { decodeInstance } from './instance.ts';
import type { LogInstance } from './instance.ts';

/** The items of an answer of POST /logs, in the order of arrival. All readers share them and must not change them. */
export type LogItem = LineItem | OddItem | TaskItem;

/** The place of a line in the answer; `taskId` is null outside of TASKRUNNER. */
interface LinePlace {
  readonly service: JobService;
  readonly taskId: string | null;
}

/** An unreadable line. `service` is null in an unknown group. */
export interface OddItem {
  readonly is: 'odd';
  readonly service: JobService | null;
  readonly taskId: string | null;
  readonly reason: string;
}

export interface LineItem extends LinePlace {
  readonly is: 'line';
  readonly instance: LogInstance;
}

/** A task that has a group in the answer, with or without lines. It comes after its lines. */
export interface TaskItem {
  readonly is: 'task';
  readonly taskId: string;
}

const SERVICE_OF_GROUP: Readonly<Record<string, JobService>> = { partitioner: 'PARTITIONER', assembler: 'ASSEMBLER' };

const GROUPS: ReadonlySet<unknown> = new Set(['partitioner', 'assembler', 'taskrunner']);

const EXPECTED = 'groups of log lines';

/**
 * The groups of an answer: `partitioner` and `assembler` are lists of lines, `taskrunner` is an object of tasks, each
 * with `logs`. Each may be missing, null or empty, and the answer may be `{}`: then there are no lines. An answer with
 * other members and no group is not a log. An answer with an error beside or within its groups is incomplete, and an answer
 * without lines counts as empty only if nothing in it reports an error. Lines of an unknown group count as unreadable.
 */
export class LogGroups {
  readonly #give: (item: LogItem) => void;
  #hasGroup = false;
  /** The first member that is no group. */
  #other: string | null = null;
  #hasLines = false;
  /** What was said in the place of lines, if there are none. */
  #complaint: Mismatch | null = null;
  #lastPath: Path = [];
  #place: LinePlace | null = null;

  constructor(give: (item: LogItem) => void) {
    this.#give = give;
  }

  enters(path: Path, container: 'object' | 'array'): boolean {
    const [group] = path;
    if (!GROUPS.has(group)) return false;
    this.#hasGroup = true;
    if (group !== 'taskrunner') return path.length === 1 && container === 'array';
    return path.length < 3 ? container === 'object' : isLogs(path) && path.length === 3 && container === 'array';
  }

  /** Takes a value that was not entered. Throws a `Mismatch` that names its path. */
  value(path: Path, value: Json | typeof TOO_LARGE): void {
    const [group, task] = path;
    if (!GROUPS.has(group)) {
      this.#otherMember(String(group), value);
      return;
    }
    this.#hasGroup = true;
    const place = placeOf(path);
    if (place !== null) this.#line(place, path, value);
    else if (value !== null && (path.length < 3 || isLogs(path)))
      throw Mismatch.of(value, kindOf(path), pathText(path));
    else if (path.length === 2) this.#give({ is: 'task', taskId: String(task) });
    else if (path.length === 3 && !isLogs(path))
      this.#beside(path, value, { service: 'TASKRUNNER', taskId: String(task) });
  }

  end(path: Path): void {
    const [group, task] = path;
    if (group === 'taskrunner' && path.length === 2) this.#give({ is: 'task', taskId: String(task) });
    if (path.length > 0) return;
    if (!this.#hasGroup && this.#other !== null)
      throw new Mismatch('', `expected ${EXPECTED}, got an object with other members`);
    if (!this.#hasLines && this.#complaint !== null) throw this.#complaint;
  }

  /** True if the object at the path may be a line. */
  mayBeLine(path: Path): boolean {
    return this.#placeOf(path) !== null;
  }

  /** Takes a line. It is only valid during the call. */
  line(path: Path, instance: LogInstance): void {
    this.#hasGroup = true;
    this.#hasLines = true;
    const place = this.#placeOf(path);
    if (place !== null) this.#give({ is: 'line', service: place.service, taskId: place.taskId, instance });
  }

  /** Many lines stand at one place. */
  #placeOf(path: Path): LinePlace | null {
    const [group, task] = path;
    const isSame = path.length === this.#lastPath.length && this.#lastPath[0] === group;
    if (isSame && (path.length === 2 || (this.#lastPath[1] === task && path[2] === this.#lastPath[2])))
      return this.#place;
    this.#lastPath = [...path];
    this.#place = placeOf(path);
    return this.#place;
  }

  #line(place: LinePlace, path: Path, value: Json | typeof TOO_LARGE): void {
    this.#hasLines = true;
    let instance: LogInstance;
    try {
      if (value === TOO_LARGE) throw new Mismatch('', 'the line is too long');
      instance = decodeInstance(value);
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      this.#give({ is: 'odd', ...place, reason: error.below(pathText(path)).text });
      return;
    }
    this.#give({ is: 'line', ...place, instance });
  }

  #otherMember(name: string, value: Json | typeof TOO_LARGE): void {
    this.#other ??= name;
    // A gRPC code: all except 0 are errors.
    if (name === 'code' && value !== 0 && value !== null) throw Mismatch.of(value, EXPECTED, name);
    this.#beside([name], value, { service: null, taskId: null });
  }

  /** A member beside the lines: an error, lines of another kind, or a field that we do not read. */
  #beside(path: Path, value: Json | typeof TOO_LARGE, place: Pick<OddItem, 'service' | 'taskId'>): void {
    const name = String(path.at(-1));
    const said = value === TOO_LARGE ? 'something long' : value;
    if (isError(name, said)) throw Mismatch.of(value, EXPECTED, pathText(path));
    if (isComplaint(name, said)) this.#complaint ??= Mismatch.of(value, EXPECTED, pathText(path));
    const lines = value === TOO_LARGE ? 1 : linesIn(value, 0);
    if (lines > 0) this.#hasLines = true;
    const reason = `${pathText(path)}: a group of lines that is not known`;
    for (let line = 0; line < lines; line += 1) this.#give({ is: 'odd', ...place, reason });
  }
}

/** The depth to which groups of lines are searched for. */
const MOST_LEVELS = 4;

/** The number of objects in a value of unknown shape that look like lines, because they have a time or a text. */
function linesIn(value: Json, level: number): number {
  if (level > MOST_LEVELS || typeof value !== 'object' || value === null) return 0;
  if (isFields(value) && ('timestamp' in value || 'log' in value)) return 1;
  return Object.values(value).reduce<number>((sum, member) => sum + linesIn(member, level + 1), 0);
}

/** The place of the line with this path; null if the path does not lead to a line. */
function placeOf(path: Path): LinePlace | null {
  const [group, task, , index] = path;
  const service = typeof group === 'string' ? SERVICE_OF_GROUP[group] : undefined;
  if (service !== undefined) return path.length === 2 ? { service, taskId: null } : null;
  return isLogs(path) && typeof index === 'number' ? { service: 'TASKRUNNER', taskId: String(task) } : null;
}

function isLogs(path: Path): boolean {
  return path[0] === 'taskrunner' && path[2] === 'logs';
}

function kindOf(path: Path): string {
  return path[0] === 'taskrunner' && path.length < 3 ? 'an object' : 'an array';
}

/** For instance `taskrunner.9f.logs[3]`. A task id that is not a plain word becomes `[…]`. */
function pathText(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    if (!/^[\w-]{1,64}$/.test(part)) return `${text}[…]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}
