import type { LogEntry, LogException } from '../../domain/log-entry.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Severity, SeveritySource } from '../../domain/severity.ts';
import type { LogNode } from '../api.ts';
import { encodeEntryId } from '../node-id.ts';
import type { FederatedSource } from '../source.ts';

/** A line in the graph. Everything is read from the line on access, since a query selects few of its fields. */
export class LogEntryNode implements LogNode {
  readonly jobKey: string;
  readonly partition: string;
  readonly #entry: LogEntry;
  readonly #source: FederatedSource;

  constructor(source: FederatedSource, jobKey: string, partition: string, entry: LogEntry) {
    this.jobKey = jobKey;
    this.partition = partition;
    this.#entry = entry;
    this.#source = source;
  }

  get source(): string {
    return this.#source.name;
  }

  get time(): bigint {
    return this.#entry.time;
  }

  get timestamp(): string {
    return this.#entry.timestamp;
  }

  get severity(): Severity {
    return this.#entry.severity;
  }

  get message(): string {
    return this.#entry.message;
  }

  get exceptions(): readonly LogException[] {
    return this.#entry.exceptions;
  }

  get attributes(): JsonObject | null {
    return this.#entry.attributes;
  }

  get attemptKey(): string | null {
    return this.#entry.attemptKey;
  }

  get stepKey(): string | null {
    return this.#entry.stepKey;
  }

  get taskKey(): string | null {
    return this.#entry.taskKey;
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
