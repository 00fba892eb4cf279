import type { Service } from './facts.ts';
import { decodeInstance, isRecord, Mismatch } from './log-instance.ts';
import type { LogInstance } from './log-instance.ts';

/** What an answer of POST /logs is made of, given out while it arrives. Shared by its readers: nobody may change one. */
export type LogItem = LineItem | TaskItem;

/** A line; `taskId` is null outside of TASKRUNNER. */
export interface LineItem {
  readonly is: 'line';
  readonly service: Service;
  readonly taskId: string | null;
  readonly instance: LogInstance;
}

/** A task that the answer has a group of, with or without lines. Comes after its lines. */
export interface TaskItem {
  readonly is: 'task';
  readonly taskId: string;
}

type Give = (item: LogItem) => void;

type Path = readonly (string | number)[];

const SERVICE_OF_GROUP: Readonly<Record<string, Service>> = { partitioner: 'PARTITIONER', assembler: 'ASSEMBLER' };

/** Gives a value of an answer, by its path, to whom it is for. A value of the wrong type throws a `Mismatch` that names its path. */
export function giveOut(path: Path, value: unknown, give: Give): void {
  try {
    const [group] = path;
    if (group === 'taskrunner') giveTask(path, value, give);
    else if (group === 'ok' || group === 'code') refuseError(value);
    else giveLine(path, value, give);
  } catch (error) {
    throw error instanceof Mismatch ? error.below(pathText(path)) : error;
  }
}

/** `partitioner`, `partitioner[3]` and the same of the assembler. */
function giveLine([group, index]: Path, value: unknown, give: Give): void {
  const service = typeof group === 'string' ? SERVICE_OF_GROUP[group] : undefined;
  if (service === undefined) return;
  // Another kind of key is that of a group which is no list; that is said when the group ends.
  if (index === undefined) expectList(value);
  else if (typeof index === 'number') give({ is: 'line', service, taskId: null, instance: decodeInstance(value) });
}

/** `taskrunner`, `taskrunner.<task>`, `taskrunner.<task>.logs` and `taskrunner.<task>.logs[3]`. */
function giveTask(path: Path, value: unknown, give: Give): void {
  const [, task, , index] = path;
  if (task === undefined) {
    expectRecord(value);
  } else if (typeof task === 'number') {
    // Of a group that is a list instead; that is said when it ends.
  } else if (path.length === 2) {
    expectRecord(value);
    give({ is: 'task', taskId: task });
  } else if (path.length === 3) {
    expectList(value);
  } else if (typeof index === 'number') {
    give({ is: 'line', service: 'TASKRUNNER', taskId: task, instance: decodeInstance(value) });
  }
}

/** Some gateways answer 200 with the body of an error: `ok: false`, or a gRPC code other than 0. */
function refuseError(value: unknown): void {
  if (value === false || (typeof value === 'number' && value !== 0)) throw Mismatch.of(value, 'groups of log lines');
}

function expectList(value: unknown): void {
  if (value !== null && !Array.isArray(value)) throw Mismatch.of(value, 'an array');
}

function expectRecord(value: unknown): void {
  if (value !== null && !isRecord(value)) throw Mismatch.of(value, 'an object');
}

/** `taskrunner.9f.logs[3]`. A task id that is no plain word is not quoted. */
function pathText(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    if (!/^[\w-]{1,64}$/.test(part)) return `${text}[…]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}
