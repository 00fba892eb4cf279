import type { Json, JsonObject } from '../../../domain/json.ts';
import type { LogEntry } from '../../../domain/log-entry.ts';
import type { Identity, Unplaced } from '../../../pagination/core/partition.ts';
import type { LateRow } from '../../../pagination/whole-response.ts';
import { textOf } from '../../shared/wire.ts';
import type { Service } from '../facts.ts';
import type { LogInstance } from './body/instance.ts';
import { severityOfLevel } from '../severity.ts';

/** A log instance has no id. Lines that agree in all of this are the same line said again, and are numbered. */
export const LINE_IDENTITY: Identity<LogEntry> = {
  by: 'content',
  of: (row) => [
    row.stepKey,
    row.taskKey,
    row.timestamp,
    textOf(row.attributes?.['container']),
    // A level that is left out is UNKNOWN, so both are one line.
    row.severity.text ?? 'UNKNOWN',
    row.message,
  ],
};

const NO_EXCEPTIONS: LogEntry['exceptions'] = [];

/** A new row each time it is asked: who takes one may complete it. */
export function entryOf(service: Service, taskId: string | null, instance: LogInstance): Unplaced<LogEntry> {
  const { time, log, level, container } = instance;
  return {
    time: time.nanoseconds,
    timestamp: time.text,
    severity: severityOfLevel(level),
    message: log,
    exceptions: NO_EXCEPTIONS,
    attributes: attributesOf(container),
    attemptKey: null,
    stepKey: service,
    taskKey: taskId,
  };
}

/** A row of the time of a line, and the rest once it is wanted. */
export class LateEntry implements LateRow<LogEntry> {
  readonly time: bigint;
  readonly #service: Service;
  readonly #taskId: string | null;
  readonly #instance: LogInstance;

  constructor(service: Service, taskId: string | null, instance: LogInstance) {
    this.time = instance.time.nanoseconds;
    this.#service = service;
    this.#taskId = taskId;
    this.#instance = instance;
  }

  keep(): LateEntry {
    const { kept } = this.#instance;
    return kept === undefined ? this : new LateEntry(this.#service, this.#taskId, kept);
  }

  whole(): Unplaced<LogEntry> {
    return entryOf(this.#service, this.#taskId, this.#instance);
  }
}

function attributesOf(container: Json): JsonObject | null {
  return container === null || container === '' ? null : { container };
}
