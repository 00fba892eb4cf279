import { escapeExpression } from '../state/view.ts';
import type { TextMode } from '../state/view.ts';
import type { Piece } from './plain-text.ts';

export interface MarkedPiece extends Piece {
  readonly isMatch: boolean;
}

/** Text beyond this is not searched for what to mark. */
const MOST_CHARACTERS = 2_000;

/**
 * The expression that marks what the filter found, or null where there is none. The service matches in linear time;
 * browsers do not, so an expression that could make them slow (repeated groups, many open repetitions) marks nothing.
 */
export function markerFor(text: string, mode: TextMode): RegExp | null {
  if (text === '') return null;
  if (mode !== 'regex') return new RegExp(escapeExpression(text), mode === 'case' ? 'g' : 'gi');
  const ignoresCase = text.startsWith('(?i)');
  const expression = ignoresCase ? text.slice(4) : text;
  if (/\)[*+{]/.test(expression) || (expression.match(/[*+]|\{\d*,\}/g) ?? []).length > 2) return null;
  try {
    return new RegExp(expression, ignoresCase ? 'gi' : 'g');
  } catch {
    // RE2 knows forms that browsers do not: the lines are right, only the marks are missing.
    return null;
  }
}

/** Cuts pieces where matches begin and end. */
export function mark(pieces: readonly Piece[], marker: RegExp | null): readonly MarkedPiece[] {
  const plain = (): readonly MarkedPiece[] => pieces.map((piece) => ({ ...piece, isMatch: false }));
  if (marker === null) return plain();
  const text = pieces
    .map((piece) => piece.text)
    .join('')
    .slice(0, MOST_CHARACTERS);
  const matches = [...text.matchAll(marker)].filter(([found]) => found !== '');
  if (matches.length === 0) return plain();
  const cuts = new Set(matches.flatMap(({ 0: found, index }) => [index, index + found.length]));
  const isInside = (at: number): boolean =>
    matches.some(({ 0: found, index }) => at >= index && at < index + found.length);
  const marked: MarkedPiece[] = [];
  let offset = 0;
  for (const piece of pieces) {
    const end = offset + piece.text.length;
    const bounds = [offset, ...[...cuts].filter((cut) => cut > offset && cut < end), end].sort((a, b) => a - b);
    for (let index = 0; index + 1 < bounds.length; index += 1) {
      const [start = offset, stop = end] = bounds.slice(index, index + 2);
      marked.push({
        text: piece.text.slice(start - offset, stop - offset),
        style: piece.style,
        isMatch: isInside(start),
      });
    }
    offset = end;
  }
  return marked;
}
