import type { Json, JsonObject } from '../../../domain/json.ts';
import type { LogEntry } from '../../../domain/log-entry.ts';
import type { Severity } from '../../../domain/severity.ts';
import { LateTie } from '../../../pagination/core/identity.ts';
import type { Identity, Unplaced } from '../../../pagination/core/partition.ts';
import type { LateRow } from '../../../pagination/whole-response/nearest-rows.ts';
import { textOf } from '../../shared/wire.ts';
import type { JobService } from '../facts.ts';
import type { LogInstance } from './body/instance.ts';
import { severityOfLevel } from '../severity.ts';

/** A log instance has no id. Lines that agree in all of these parts count as repeats and are numbered. */
export const LINE_IDENTITY: Identity<LogEntry> = { by: 'content', of: identityOf };

function identityOf(row: Unplaced<LogEntry>): readonly (string | null)[] {
  return [
    row.stepKey,
    row.taskKey,
    row.timestamp,
    textOf(row.attributes?.['container']),
    // A missing level means UNKNOWN, so both forms are the same line.
    row.severity.text ?? 'UNKNOWN',
    row.message,
  ];
}

const NO_EXCEPTIONS: LogEntry['exceptions'] = [];

/** Lines of this many characters are long: they are processed in turns with other work. */
const LONG_CHARACTERS = 1_024;

/** Returns a new row each time, because the reader may modify it. */
export function entryOf(service: JobService, taskId: string | null, instance: LogInstance): Unplaced<LogEntry> {
  const entry = new ByteNiteEntry(service, taskId, instance);
  // A copy gets its tie-break when it is placed, in turns with other work.
  return entry.message.length < LONG_CHARACTERS ? entry : Object.assign({}, entry);
}

class ByteNiteEntry extends LateTie implements LogEntry {
  readonly time: bigint;
  readonly timestamp: string;
  readonly severity: Severity;
  readonly message: string;
  readonly exceptions = NO_EXCEPTIONS;
  readonly attributes: JsonObject | null;
  readonly attemptKey = null;
  readonly stepKey: string;
  readonly taskKey: string | null;

  constructor(service: JobService, taskId: string | null, { time, log, level, container }: LogInstance) {
    super();
    this.time = time.nanoseconds;
    this.timestamp = time.text;
    this.severity = severityOfLevel(level);
    this.message = log;
    this.attributes = attributesOf(container);
    this.stepKey = service;
    this.taskKey = taskId;
  }

  protected identity(): readonly (string | null)[] {
    return identityOf(this);
  }
}

/** A kept line is in memory as it came and as text, or as text with wide characters. */
const COPIES = 2;

/** A row with the time of a line; the rest is read on demand. */
export class LateEntry implements LateRow<LogEntry> {
  readonly time: bigint;
  readonly bytes: number;
  readonly #service: JobService;
  readonly #taskId: string | null;
  readonly #instance: LogInstance;

  constructor(service: JobService, taskId: string | null, instance: LogInstance) {
    this.time = instance.nanoseconds;
    this.bytes = instance.bytes * COPIES;
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
