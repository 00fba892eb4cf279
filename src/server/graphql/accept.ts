import type { Plugin } from 'graphql-yoga';

/** Media types that an answer comes in by parts. */
const PARTS = /^(?:multipart\/(?:mixed|\*)|text\/(?:event-stream|\*))$/;

/** Media types that take anything: whoever sends one has not asked for parts. */
const ANYTHING = '*/*';

/** A weight of nothing: the client does not take what it stands at. */
const REFUSED = /;\s*q\s*=\s*0(?:\.0*)?\s*(?:;|$)/i;

/** Leaves out of `Accept` what a client does not take: the server library does not know weights, and would take it for asked for. */
export function readAccept(): Plugin {
  return {
    onRequest({ request }) {
      keepRanges(request, (range) => !REFUSED.test(range));
    },
  };
}

/** From here on the answer to the request is one JSON, whatever else its client takes. */
export function answerInOne(request: Request): void {
  keepRanges(request, (range) => !PARTS.test(typeOf(range)));
}

/** Does the client name a media type of parts? Events are one only where it does not take anything else as well. */
export function takesParts({ headers }: Request): boolean {
  const types = rangesOf(headers.get('accept')).map(typeOf);
  return types.some((type) => PARTS.test(type) && (type.startsWith('multipart/') || !types.includes(ANYTHING)));
}

function keepRanges({ headers }: Request, isKept: (range: string) => boolean): void {
  const ranges = rangesOf(headers.get('accept'));
  const kept = ranges.filter(isKept);
  if (kept.length < ranges.length) headers.set('accept', kept.length === 0 ? 'application/json' : kept.join());
}

function rangesOf(accept: string | null): readonly string[] {
  return (accept ?? ANYTHING).split(',').map((range) => range.trim());
}

function typeOf(range: string): string {
  return (range.split(';', 1)[0] ?? '').trim().toLowerCase();
}
