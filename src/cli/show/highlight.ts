import { RE2JS } from 're2js';
import type { LineFilter } from '../../federation/api.ts';

interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Returns a function that marks the parts of a text that a filter matches. Null if the filter has no text condition.
 */
export function highlighterOf(
  { contains, matches }: Pick<LineFilter, 'contains' | 'matches'>,
  mark: (text: string) => string,
): ((text: string) => string) | null {
  const finders = [
    ...(contains === undefined || contains === '' ? [] : [(text: string) => placesOf(contains, text)]),
    ...(matches === undefined ? [] : [matchesIn(matches)]),
  ];
  if (finders.length === 0) return null;
  return (text) => {
    const spans = finders.flatMap((find) => find(text)).sort((a, b) => a.start - b.start);
    let marked = '';
    let done = 0;
    for (const { start, end } of spans) {
      if (end <= done) continue;
      const from = Math.max(start, done);
      marked += text.slice(done, from) + mark(text.slice(from, end));
      done = end;
    }
    return marked + text.slice(done);
  };
}

function placesOf(part: string, text: string): readonly Span[] {
  const spans: Span[] = [];
  for (let start = text.indexOf(part); start !== -1; start = text.indexOf(part, start + part.length))
    spans.push({ start, end: start + part.length });
  return spans;
}

/** Marks nothing for an invalid expression: the graph reports the error. */
function matchesIn(expression: string): (text: string) => readonly Span[] {
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(expression);
  } catch {
    return () => [];
  }
  return (text) => {
    const matcher = compiled.matcher(text);
    const spans: Span[] = [];
    while (matcher.find()) {
      const span = { start: matcher.start(), end: matcher.end() };
      if (span.end > span.start) spans.push(span);
    }
    return spans;
  };
}
