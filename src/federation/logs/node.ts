import type { LogEntry, LogException } from '../../domain/log-entry.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Severity, SeveritySource } from '../../domain/severity.ts';
import type { LogNode } from '../api.ts';
import { encodeEntryId } from '../node-id.ts';
import type { FederatedSource } from '../source.ts';

/** An entry in the graph. The tie-break, the id and what keys say are computed on access. */
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
  readonly #source: FederatedSource;

  constructor(source: FederatedSource, jobKey: string, partition: string, entry: LogEntry) {
    this.#source = source;
    this.source = source.name;
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

  get severityNumber(): number {
    return this.severity.number;
  }

  get severityText(): string | null {
    return this.severity.text;
  }

  get severitySource(): SeveritySource {
    return this.severity.source;
  }

  get attemptNumber(): number | null {
    return this.attemptKey === null ? null : (this.#source.connector.names?.attemptNumber?.(this.attemptKey) ?? null);
  }

  get stepName(): string | null {
    return this.stepKey === null ? null : (this.#source.connector.names?.stepName?.(this.stepKey) ?? null);
  }

  get taskName(): string | null {
    return this.taskKey === null ? null : (this.#source.connector.names?.taskName?.(this.taskKey) ?? null);
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
