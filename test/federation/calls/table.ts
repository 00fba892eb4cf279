import type { Shape } from './shape.ts';
import { MEASURED, SOURCES } from './sources.ts';
import type { Source } from './sources.ts';

const BEGIN =
  '<!-- The table of calls: written by `WRITE_CALL_TABLE=1 npx vitest run test/federation/call-table.test.ts` -->';
const END = '<!-- End of the table of calls -->';
/** A program writes and compares the table, so its columns need no alignment. */
const UNFORMATTED = ['<!-- prettier-ignore-start -->', '<!-- prettier-ignore-end -->'] as const;

/** The shapes and their calls, as Markdown. */
export function tableOf(shapes: readonly Shape[]): string {
  const head = ['query', ...SOURCES.map((source) => MEASURED[source].title), 'remark'];
  const rows = shapes.map((shape) => [shape.name, ...SOURCES.map((source) => cellOf(shape, source)), shape.why ?? '']);
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function cellOf({ calls, least, rows }: Shape, source: Source): string {
  const given = rows?.[source];
  const made = `${calls[source] ?? '–'}${given === undefined ? '' : `, ${given} rows`}`;
  return least?.[source] === undefined ? made : `**${made}** (least ${least[source]})`;
}

/** The text between the markers in the document; null if they are missing. */
export function tableIn(document: string): string | null {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin === -1 || end === -1) return null;
  const between = document.slice(begin + BEGIN.length, end);
  return UNFORMATTED.reduce((text, mark) => text.replace(mark, ''), between).trim();
}

export function withTable(document: string, table: string): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  const between = [UNFORMATTED[0], '', table, '', UNFORMATTED[1]].join('\n');
  return `${document.slice(0, begin + BEGIN.length)}\n${between}\n${document.slice(end)}`;
}

/** Calls by kind as text, sorted by kind: `1 job + 2 logs`. */
export function textOf(calls: Readonly<Record<string, number>>): string {
  const kinds = Object.entries(calls).sort(([a], [b]) => (a < b ? -1 : 1));
  return kinds.length === 0 ? 'none' : kinds.map(([kind, count]) => `${count} ${kind}`).join(' + ');
}

/** The number of calls in a text. */
export function countOf(text: string): number {
  return [...text.matchAll(/\d+/g)].reduce((sum, [count]) => sum + Number(count), 0);
}
