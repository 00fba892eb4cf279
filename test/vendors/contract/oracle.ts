import { expect } from 'vitest';
import type { LogFilter } from '../../../src/domain/log-filter.ts';
import { SEVERITY_FLOOR, severityOf } from '../../../src/domain/severity.ts';
import { parseInstant } from '../../../src/domain/time.ts';
import type { Edge, LogArguments, LogNode, SourceScope, TimeBounds } from '../../../src/federation/api.ts';
import type { Expected } from './bed.ts';
import { onReplica } from './served-bed.ts';
import type { ServedBed } from './served-bed.ts';

/** The jobs of one connection, and what their logs must hold. */
export interface World {
  readonly beds: readonly ServedBed[];
  readonly scopes: readonly SourceScope[];
  readonly expected: readonly Row[];
}

export interface Row extends Expected {
  readonly source: string;
  readonly job: string;
}

export function rowsOf(source: string, job: string, expected: readonly Expected[]): Row[] {
  return expected.map((line) => ({ source, job, ...line }));
}

/** The members of a node that the oracle knows. */
export function rowOf(node: LogNode): Row {
  return {
    source: node.source,
    job: node.jobKey,
    time: node.time,
    message: node.message,
    severity: severityOf(node.severity.number),
    step: node.stepKey,
    task: node.taskKey,
  };
}

export function textOf({ source, job, time, message, severity, step, task }: Row): string {
  return JSON.stringify([source, job, String(time), message, severity, step, task]);
}

/**
 * The whole log in its order, read at once. It holds exactly the lines that were written: the vendor's
 * order of ties and its ids are its own, so this reading is what all others are compared with.
 */
export async function readWhole({ beds, scopes, expected }: World): Promise<readonly LogNode[]> {
  const nodes = (await readOn(beds, scopes, { first: 1_000 })).map(({ node }) => node);
  expect(nodes.map(rowOf).map(textOf).sort()).toEqual(expected.map(textOf).sort());
  expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length);
  for (const [index, { time, timestamp }] of nodes.entries()) {
    expect(parseInstant(timestamp)?.nanoseconds).toBe(time);
    expect(time >= (nodes[index - 1]?.time ?? time)).toBe(true);
  }
  return nodes;
}

/** Reads pages of one size until there are no more. */
export async function readOn(
  beds: readonly ServedBed[],
  scopes: readonly SourceScope[],
  args: LogArguments,
): Promise<readonly Edge<LogNode>[]> {
  const edges: Edge<LogNode>[] = [];
  let after: string | null = null;
  for (let page = 0; ; page += 1) {
    const { found, info } = await onReplica(beds, async ({ federation }, call) => {
      const connection = federation.logs(scopes, { ...args, after }, call);
      const found = await connection.edges();
      expect(await connection.failures()).toEqual([]);
      return { found, info: await connection.pageInfo() };
    });
    edges.push(...found);
    if (!info.hasNextPage) return edges;
    if (info.endCursor === null || info.endCursor === after || page > 2_000)
      throw new Error('The walk does not get on.');
    after = info.endCursor;
  }
}

/** What a filter lets through, written independently of the product's code. */
export function passes(node: LogNode, filter: LogFilter & TimeBounds): boolean {
  const { since, until, contains, notContains, matches, attemptIn, stepIn, taskIn } = filter;
  const isNamed = (names: readonly string[] | undefined, name: string | null): boolean =>
    names === undefined || (name !== null && names.includes(name));
  return (
    (since === undefined || node.time >= instantOf(since)) &&
    (until === undefined || node.time < instantOf(until)) &&
    passesSeverity(node.severity.number, filter) &&
    (contains === undefined || shown(node).includes(contains)) &&
    (notContains ?? []).every((unwanted) => !shown(node).includes(unwanted)) &&
    (matches === undefined || new RegExp(matches, 'u').test(shown(node))) &&
    isNamed(attemptIn, node.attemptKey) &&
    isNamed(stepIn, node.stepKey) &&
    isNamed(taskIn, node.taskKey)
  );
}

function passesSeverity(number: number, { minSeverity, severityIn, includeUnspecified }: LogFilter): boolean {
  if (number === 0) {
    const byDefault = minSeverity === undefined || ['UNSPECIFIED', 'TRACE', 'DEBUG', 'INFO'].includes(minSeverity);
    return includeUnspecified ?? severityIn?.includes('UNSPECIFIED') ?? byDefault;
  }
  const high = minSeverity === undefined || number >= SEVERITY_FLOOR[minSeverity];
  return high && (severityIn?.includes(severityOf(number)) ?? true);
}

function instantOf(text: string): bigint {
  const instant = parseInstant(text);
  if (instant === null) throw new Error(`${text} is no time.`);
  return instant.nanoseconds;
}

/** What the drawn texts look like on a screen. */
function shown({ message }: LogNode): string {
  return message.replaceAll(/\u001b\[\d+m/g, '');
}
