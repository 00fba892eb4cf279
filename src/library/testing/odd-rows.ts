import assert from 'node:assert/strict';
import type { LogNode } from '../../federation/api.ts';
import type { Draw } from './draw.ts';
import { readPage } from './reading.ts';
import type { WalkedPage, SourceInLaw } from './reading.ts';
import type { ServiceProxy } from './service-proxy.ts';

/** Cases that are drawn: a row, a field of it, and a value. */
const CASES = 24;

/** Lines of the page in which a row is made odd. */
const PAGE = 1_000;

/** What rows are told apart by: a text there is another id. */
const ID = /(?:^|[_.-])id$|I[dD]$/;

/** Half of a surrogate pair: no valid Unicode. */
const HALF = '\ud83d';

/**
 * Values that services have been seen to send. None is of the kind of the field and could be meant: a number in place of
 * a number may be another time, and then moves its line.
 */
function oddValues(name: string, value: unknown): readonly unknown[] {
  const texts = ID.test(name) ? [''] : ['', 'soon', HALF, '2026-02-30T00:00:00Z'];
  const numbers = typeof value === 'number' ? [] : [-5, 1.5];
  return [null, true, {}, [], [{}], { type: null }, ...numbers, ...texts];
}

/** One field of one row is odd: all other lines are there, and if its own is missing, failures say so. */
export async function readsBesideOddRows(reading: SourceInLaw, proxy: ServiceProxy, draw: Draw): Promise<void> {
  const args = { first: PAGE };
  proxy.begin();
  // A number may lose digits when it is written again: compared is with what comes then.
  proxy.alterBodies((body) => altered(body, () => undefined));
  const { nodes } = await readPage(reading, args);
  const candidates = nodes.filter(({ message }) => isItsOwn(message, nodes));
  if (candidates.length === 0) return;
  for (let turn = 0; turn < CASES; turn += 1) {
    const line = candidates[draw(candidates.length)];
    if (line === undefined) return;
    const others = nodes.filter(({ id }) => id !== line.id);
    const texts = others.map(({ message }) => message);
    const [fieldDrawn, valueDrawn] = [draw(1_000), draw(1_000)];
    let said = '';
    proxy.alterBodies((body) =>
      altered(body, (value) => {
        for (const row of rowsOf(value, line.message, texts)) {
          const names = Object.keys(row);
          const name = names[fieldDrawn % names.length] ?? '';
          const values = oddValues(name, row[name]);
          row[name] = values[valueDrawn % values.length];
          said = `with ${JSON.stringify(row[name])} as the ${name} of the row of "${line.message}"`;
        }
      }),
    );
    const page: WalkedPage = await readPage(reading, args).catch((error: unknown) => {
      throw new assert.AssertionError({ message: `no line comes ${said}: ${String(error)}` });
    });
    // The answers hold no such row: they are no JSON.
    if (said === '') return;
    checkOthers(page.nodes, others, said);
    const isMissing = page.nodes.length === others.length && page.failures.length === 0;
    assert.ok(!isMissing, `a line is missing and no failure says why, ${said}`);
  }
}

function checkOthers(found: readonly LogNode[], others: readonly LogNode[], said: string): void {
  const left = found.map(textOf);
  for (const other of others) {
    const at = left.indexOf(textOf(other));
    assert.ok(at !== -1, `the line "${other.message}" is missing ${said}`);
    left.splice(at, 1);
  }
  assert.ok(left.length <= 1, `more lines come ${said}`);
}

function textOf({ time, message }: LogNode): string {
  return `${time} ${message}`;
}

/** True if the message identifies its row. */
function isItsOwn(message: string, nodes: readonly LogNode[]): boolean {
  return message !== '' && nodes.filter((node) => node.message.includes(message)).length === 1;
}

/** The body after a change to its value. A body that is no JSON stays as it is. */
function altered(body: string, change: (value: unknown) => void): string {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return body;
  }
  change(value);
  return JSON.stringify(value);
}

/** Rows that hold no other line, or else those that hold the text: a short text may stand in any row. */
function rowsOf(value: unknown, text: string, others: readonly string[]): Record<string, unknown>[] {
  const alone = rowsHolding(value, text, others);
  return alone.length > 0 ? alone : rowsHolding(value, text);
}

/** The rows of an answer that hold the text and none of the others, wherever they stand in it. */
export function rowsHolding(value: unknown, text: string, others: readonly string[] = []): Record<string, unknown>[] {
  if (Array.isArray(value))
    return value.flatMap((item) => (isRowOf(item, text, others) ? [item] : rowsHolding(item, text, others)));
  return typeof value === 'object' && value !== null
    ? Object.values(value).flatMap((item) => rowsHolding(item, text, others))
    : [];
}

function isRowOf(value: unknown, text: string, others: readonly string[]): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const written = JSON.stringify(value);
  return written.includes(inJson(text)) && !others.some((other) => other !== '' && written.includes(inJson(other)));
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
