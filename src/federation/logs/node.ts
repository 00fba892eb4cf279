import type { LogEntry, LogException } from '../../domain/log-entry.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Severity } from '../../domain/severity.ts';
import type { LogNode } from '../api.ts';
import { encodeEntryId } from '../node-id.ts';

/** An entry in the graph. Plain properties, except the tie-break and the id, which are computed on access. */
export class LogEntryNode implements LogNode {
  readonly source: string;
  readonly jobKey: string;
  readonly time: bigint;
  readonly timestamp: string;
  readonly severity: Severity;
  readonly message: string;
  readonly exceptions: readonly LogException[];
  readonly attributes: JsonObject | null;
  readonly attemptKey: string | null;
  readonly stepKey: string | null;
  readonly taskKey: string | null;
  readonly partition: string;
  readonly #entry: LogEntry;

  constructor(source: string, jobKey: string, partition: string, entry: LogEntry) {
    this.source = source;
    this.jobKey = jobKey;
    this.partition = partition;
    this.time = entry.time;
    this.#entry = entry;
    this.timestamp = entry.timestamp;
    this.severity = entry.severity;
    this.message = entry.message;
    this.exceptions = entry.exceptions;
    this.attributes = entry.attributes;
    this.attemptKey = entry.attemptKey;
    this.stepKey = entry.stepKey;
    this.taskKey = entry.taskKey;
  }

  get tie(): string {
    return this.#entry.tie;
  }

  get id(): string {
    return encodeEntryId({
      source: this.source,
      key: this.jobKey,
      partition: this.partition,
      time: this.time,
      tie: this.tie,
    });
  }
}
