import type { GraphQLResolveInfo } from 'graphql';
import { shownText, toValidUnicode, truncate } from '../src/domain/ansi.ts';
import { TributaryError } from '../src/domain/errors.ts';
import { FairShare } from '../src/domain/fair-share.ts';
import { sizeOfJson } from '../src/domain/json.ts';
import { severityOf } from '../src/domain/severity.ts';
import type { LogSeverity } from '../src/domain/severity.ts';
import { formatInstant, parseInstant } from '../src/domain/time.ts';
import type { LogNode } from '../src/federation/api.ts';
import { fieldsBelow } from './connection.ts';
import type { GraphContext } from './context.ts';
import { referToJob } from './job.ts';
import { referToPart } from './part.ts';
import type { PartKind } from '../src/domain/job.ts';

/**
 * Resolvers of one line's fields. They run once per row and are compiled: none makes a promise or a call, except for a
 * selected field of the job or part that wrote the line, if the line itself does not have it.
 */

export interface MessageArguments {
  readonly ansi?: 'STRIP' | 'RAW' | null | undefined;
  readonly maxLength?: number | null | undefined;
}

export function entryJob(
  { source, jobKey }: LogNode,
  _args: object,
  context: GraphContext,
  info: GraphQLResolveInfo,
): ReturnType<typeof referToJob> {
  return referToJob({ source, key: jobKey }, context, info);
}

/** The resolver of the attempt, step or task that wrote a line; null if the vendor names none. */
export function entryPart<K extends PartKind>(kind: K, keyOf: (entry: LogNode) => string | null) {
  return (
    entry: LogNode,
    _args: object,
    context: GraphContext,
    info: GraphQLResolveInfo,
  ): ReturnType<typeof referToPart<K>> => {
    const key = keyOf(entry);
    return key === null ? null : referToPart(kind, { source: entry.source, key: entry.jobKey }, key, context, info);
  };
}

/** The line's position in time, if that is not its own time; otherwise null. */
export function entryPlacedAt({ time, timestamp }: LogNode): string | null {
  return parseInstant(timestamp)?.nanoseconds === time ? null : formatInstant(time);
}

export function entrySeverity(entry: LogNode): LogSeverity {
  return severityOf(entry.severity.number);
}

export function entryMessage(
  entry: LogNode,
  { ansi, maxLength }: MessageArguments,
  { call }: Pick<GraphContext, 'call'>,
): string {
  const text = textOf(entry, ansi);
  const length = lengthOf(maxLength);
  const shown = length === null ? text : truncate(text, length);
  call.budget.showBytes(length === null ? bytesOf(entry, text) : Buffer.byteLength(shown));
  return shown;
}

/** Sizes of the long messages that are returned. */
const sizes = new WeakMap<LogNode, { readonly text: string; readonly bytes: number }>();

/** Computed once, even if the message is selected several times. */
function bytesOf(entry: LogNode, text: string): number {
  if (text.length < LONG_TEXT) return Buffer.byteLength(text);
  const known = sizes.get(entry);
  if (known?.text === text) return known.bytes;
  const bytes = Buffer.byteLength(text);
  sizes.set(entry, { text, bytes });
  return bytes;
}

/** Work for a line in addition to its fields, because its text is scanned a few times. One unit is about a microsecond. */
export function weightOfLine({ message }: LogNode): number {
  return message.length / CHARACTERS_PER_UNIT;
}

export function entryAttributes(
  { attributes }: LogNode,
  _args: object,
  { call }: Pick<GraphContext, 'call'>,
): LogNode['attributes'] {
  call.budget.showBytes(sizeOfJson(attributes));
  return attributes;
}

/** Fields of an exception and its frames. */
const FIELDS_OF_EXCEPTION = 6;

/**
 * The budget counts exceptions completely, even if only some of their fields are selected, and once more for each field
 * beyond those that they have: then some are selected under several names.
 */
export function entryExceptions(
  { exceptions }: LogNode,
  _args: object,
  { call }: Pick<GraphContext, 'call'>,
  info: GraphQLResolveInfo,
): LogNode['exceptions'] {
  if (exceptions.length > 0) {
    const times = 1 + Math.max(0, fieldsBelow(call, info) - FIELDS_OF_EXCEPTION - 1);
    call.budget.showBytes(times * sizeOfJson(exceptions));
  }
  return exceptions;
}

/** True if `message` with the same arguments is shorter than the whole text. */
export function entryMessageTruncated(entry: LogNode, { ansi, maxLength }: MessageArguments): boolean {
  const length = lengthOf(maxLength);
  return length !== null && textOf(entry, ansi).length > length;
}

export function entryMessageLength(entry: LogNode, { ansi }: Pick<MessageArguments, 'ansi'>): number {
  return textOf(entry, ansi).length;
}

const CHARACTERS_PER_UNIT = 64;

/** The text of a message of at least this length is cleaned once, even if it is selected several times. */
const LONG_TEXT = 1_024;

const cleaned = { RAW: new WeakMap<LogNode, string>(), STRIP: new WeakMap<LogNode, string>() };

function textOf(entry: LogNode, ansi: MessageArguments['ansi']): string {
  const clean = ansi === 'RAW' ? toValidUnicode : shownText;
  if (entry.message.length < LONG_TEXT) return clean(entry.message);
  const texts = cleaned[ansi ?? 'STRIP'];
  const known = texts.get(entry);
  if (known !== undefined) return known;
  const text = clean(entry.message);
  texts.set(entry, text);
  return text;
}

/** Cleans the long texts of lines before their fields are resolved, with rests in between; the resolvers could not rest. */
export async function cleanAhead(nodes: readonly LogNode[]): Promise<void> {
  const share = new FairShare();
  for (const node of nodes) {
    const { length } = node.message;
    if (length < LONG_TEXT) continue;
    // Before the first one, too: hundreds of streams of one job go on at the same time.
    if (share.isSpentOn(length)) await share.rest();
    textOf(node, 'STRIP');
  }
}

function lengthOf(maxLength: number | null | undefined): number | null {
  if (maxLength === null || maxLength === undefined) return null;
  if (maxLength < 0) throw new TributaryError('BAD_USER_INPUT', '"maxLength" must not be negative.');
  return maxLength;
}
