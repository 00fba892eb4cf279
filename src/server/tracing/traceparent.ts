/** W3C Trace Context, level 1: https://www.w3.org/TR/trace-context/ */

import type { IncomingMessage } from 'node:http';

export interface TraceStep {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Parses a `traceparent` header. Null: it is not valid. Later versions may add fields after the flags. */
export function parseTraceparent(text: string): TraceStep | null {
  // A later version may have any length; only the first 200 characters are read.
  const [, version, traceId = '', spanId = '', flags = '', more] = FORM.exec(text.slice(0, 200)) ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  // Only the first flag (sampled) is defined.
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1 };
}

export function formatTraceparent({ traceId, spanId, traceFlags }: TraceStep): string {
  return `00-${traceId}-${spanId}-${(traceFlags & 1) === 1 ? '01' : '00'}`;
}

/** The `traceparent` header of a request, unchecked. */
export function traceparentOf({ headers }: Pick<IncomingMessage, 'headers'>): string | null {
  const { traceparent } = headers;
  return typeof traceparent === 'string' ? traceparent : null;
}
