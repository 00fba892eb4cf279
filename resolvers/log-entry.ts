import { stripAnsi, toValidUnicode, truncate } from '../src/domain/ansi.ts';
import { TributaryError } from '../src/domain/errors.ts';
import type { JobRef } from '../src/domain/job.ts';
import { severityOf } from '../src/domain/severity.ts';
import type { LogSeverity, SeveritySource } from '../src/domain/severity.ts';
import type { LogNode } from '../src/federation/api.ts';
import { partReference } from './part.ts';
import type { PartNode } from './part.ts';

/**
 * Fields of one line. They run once per row and are compiled: nothing here makes a promise or a call.
 */

export interface MessageArguments {
  readonly ansi?: 'STRIP' | 'RAW' | null | undefined;
  readonly maxLength?: number | null | undefined;
}

export function entryJob(entry: LogNode): JobRef {
  return { source: entry.source, key: entry.jobKey };
}

export function entryAttempt(entry: LogNode): PartNode<'Attempt'> | null {
  return entry.attemptKey === null ? null : partReference('Attempt', entryJob(entry), entry.attemptKey);
}

export function entryStep(entry: LogNode): PartNode<'Step'> | null {
  return entry.stepKey === null ? null : partReference('Step', entryJob(entry), entry.stepKey);
}

export function entryTask(entry: LogNode): PartNode<'Task'> | null {
  return entry.taskKey === null ? null : partReference('Task', entryJob(entry), entry.taskKey);
}

export function entrySeverity(entry: LogNode): LogSeverity {
  return severityOf(entry.severity.number);
}

export function entrySeverityNumber(entry: LogNode): number {
  return entry.severity.number;
}

export function entrySeverityText(entry: LogNode): string | null {
  return entry.severity.text;
}

export function entrySeveritySource(entry: LogNode): SeveritySource {
  return entry.severity.source;
}

export function entryMessage(entry: LogNode, { ansi, maxLength }: MessageArguments): string {
  const text = toValidUnicode(textOf(entry, ansi));
  const length = lengthOf(maxLength);
  return length === null ? text : truncate(text, length);
}

/** Does `message` with the same arguments leave something out? */
export function entryMessageTruncated(entry: LogNode, { ansi, maxLength }: MessageArguments): boolean {
  const length = lengthOf(maxLength);
  return length !== null && textOf(entry, ansi).length > length;
}

export function entryMessageLength(entry: LogNode, { ansi }: Pick<MessageArguments, 'ansi'>): number {
  return textOf(entry, ansi).length;
}

function textOf({ message }: LogNode, ansi: MessageArguments['ansi']): string {
  return ansi === 'RAW' ? message : stripAnsi(message);
}

function lengthOf(maxLength: number | null | undefined): number | null {
  if (maxLength === null || maxLength === undefined) return null;
  if (maxLength < 0) throw new TributaryError('BAD_USER_INPUT', '"maxLength" must not be negative.');
  return maxLength;
}
