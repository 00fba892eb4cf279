import type { GraphQLResolveInfo } from 'graphql';
import { shownText, toValidUnicode, truncate } from '../src/domain/ansi.ts';
import { TributaryError } from '../src/domain/errors.ts';
import { FairShare } from '../src/domain/fair-share.ts';
import { sizeOfJson } from '../src/domain/json.ts';
import { severityOf } from '../src/domain/severity.ts';
import type { LogSeverity } from '../src/domain/severity.ts';
import { formatInstant, parseInstant } from '../src/domain/time.ts';
import type { LogNode } from '../src/federation/api.ts';
import type { GraphContext } from './context.ts';
import { referToJob } from './job.ts';
import { referToPart } from './part.ts';
import type { PartKind } from '../src/domain/job.ts';

/**
 * Fields of one line. They run once per row and are compiled: nothing here makes a promise or a call, but where a
 * field is selected of the job or the part that wrote the line, which the line itself does not say.
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

/** The resolver of the attempt, step or task that wrote a line; null where the vendor names none. */
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

/** Where the line stands when that is not its own time; null where it is. */
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

/** Long messages of lines that are shown: how large they are. */
const sizes = new WeakMap<LogNode, { readonly text: string; readonly bytes: number }>();

/** Counted once, however often the message is selected. */
function bytesOf(entry: LogNode, text: string): number {
  if (text.length < LONG_TEXT) return Buffer.byteLength(text);
  const known = sizes.get(entry);
  if (known?.text === text) return known.bytes;
  const bytes = Buffer.byteLength(text);
  sizes.set(entry, { text, bytes });
  return bytes;
}

/** Work that a line takes beside its fields: its text is looked through a few times. A unit is about a microsecond. */
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

/** The budget counts the exceptions whole, whichever of their fields are selected. */
export function entryExceptions(
  { exceptions }: LogNode,
  _args: object,
  { call }: Pick<GraphContext, 'call'>,
): LogNode['exceptions'] {
  if (exceptions.length > 0) call.budget.showBytes(sizeOfJson(exceptions));
  return exceptions;
}

/** Does `message` with the same arguments leave something out? */
export function entryMessageTruncated(entry: LogNode, { ansi, maxLength }: MessageArguments): boolean {
  const length = lengthOf(maxLength);
  return length !== null && textOf(entry, ansi).length > length;
}

export function entryMessageLength(entry: LogNode, { ansi }: Pick<MessageArguments, 'ansi'>): number {
  return textOf(entry, ansi).length;
}

const CHARACTERS_PER_UNIT = 64;

/** Texts of this length and more are cleaned once, however often they are selected. */
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

/** Cleans the long texts of lines that are about to be shown, with pauses: their fields would do it in one go. */
export async function cleanAhead(nodes: readonly LogNode[]): Promise<void> {
  const share = new FairShare();
  for (const node of nodes) {
    const { length } = node.message;
    if (length < LONG_TEXT) continue;
    textOf(node, 'STRIP');
    if (share.isSpentOn(length)) await share.rest();
  }
}

function lengthOf(maxLength: number | null | undefined): number | null {
  if (maxLength === null || maxLength === undefined) return null;
  if (maxLength < 0) throw new TributaryError('BAD_USER_INPUT', '"maxLength" must not be negative.');
  return maxLength;
}
