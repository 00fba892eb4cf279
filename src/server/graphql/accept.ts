import type { Plugin } from 'graphql-yoga';

/** Media types of answers in several parts. */
const PARTS = /^(?:multipart\/(?:mixed|\*)|text\/(?:event-stream|\*))$/;

/** The range that accepts anything. It does not ask for an answer in parts. */
const ANYTHING = '*/*';

/** A weight of zero: the client does not accept this media type. */
const REFUSED = /;\s*q\s*=\s*0(?:\.0*)?\s*(?:;|$)/i;

/** Removes media types with weight zero from `Accept`: yoga ignores weights and would treat them as accepted. */
export function readAccept(): Plugin {
  return {
    onRequest({ request }) {
      keepRanges(request, (range) => !REFUSED.test(range));
    },
  };
}

/** Forces a single JSON answer to the request, even if the client also accepts parts. */
export function answerInOne(request: Request): void {
  keepRanges(request, (range) => !PARTS.test(typeOf(range)));
}

/**
 * True if the client asks for an answer in parts. `text/event-stream` counts only if the client does not also accept
 * anything.
 */
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
