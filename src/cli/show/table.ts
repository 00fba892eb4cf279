import { terminalCell } from '../../domain/terminal-text.ts';

/** The last column keeps at least this many characters. */
const LEAST_CHARACTERS = 8;

/**
 * Formats rows under their titles in aligned columns. Cuts the last column if a line would exceed `most` characters.
 * `paint` colours a cell; row 0 has the titles.
 */
export function formatTable(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  most = Infinity,
  paint: (cell: string, row: number) => string = (cell) => cell,
): string {
  const lines = [titles, ...rows].map((cells) => cells.map(terminalCell));
  const widths = titles.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 0);
  const room = Math.max(LEAST_CHARACTERS, most - before);
  const format = (line: readonly string[], row: number): string =>
    line
      .map((cell, column) => {
        const isLast = column === titles.length - 1;
        const shown = isLast ? cut(cell, room) : cell;
        const blanks = isLast ? 0 : (widths[column] ?? 0) - shown.length;
        return (shown === '' ? '' : paint(shown, row)) + ' '.repeat(blanks);
      })
      .join('  ')
      .trimEnd();
  return `${lines.map(format).join('\n')}\n`;
}

/** Cuts a text to `most` characters, the last of them an ellipsis. Never splits a surrogate pair. */
function cut(text: string, most: number): string {
  const characters = Array.from(text);
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : text;
}
