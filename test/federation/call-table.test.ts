import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SIMULATED } from '../../src/sandbox/demo/demo-vendors.ts';
import { jobIdOf } from './calls/jobs.ts';
import type { Shape } from './calls/shape.ts';
import { SHAPES } from './calls/shapes/index.ts';
import { eachSource, MEASURED, SOURCES } from './calls/sources.ts';
import type { Source } from './calls/sources.ts';
import { countOf, tableIn, tableOf, textOf, withTable } from './calls/table.ts';
import { startWorld } from './calls/world.ts';
import type { Service, World } from './calls/world.ts';

const DOCUMENT = new URL('../../docs/pagination.md', import.meta.url);

let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

interface Measured {
  readonly calls: Readonly<Record<string, string>>;
  readonly rows: number;
  readonly lines: number;
  readonly codes: readonly string[];
}

/** Runs a query on a service that has read the sources before, but nothing that is asked for, and counts the calls. */
async function measure(shape: Shape, source: Source): Promise<Measured> {
  const cursor = shape.before === undefined ? '' : await cursorOf(shape.before(world.jobs, source, ''));
  const service = world.start();
  try {
    await readBefore(service);
    world.takeCalls();
    for (const each of SOURCES) world.takeRows(each);
    const query = shape.ask(world.jobs, source, cursor);
    const answers = await Promise.all(Array.from({ length: shape.clients ?? 1 }, () => service.ask(query)));
    const taken = Object.entries(world.takeCalls()).map(([name, calls]) => [name, textOf(calls)] as const);
    return {
      calls: Object.fromEntries(taken),
      rows: world.takeRows(source),
      lines: [...JSON.stringify(answers.map(({ data }) => data)).matchAll(/"message":/g)].length,
      codes: answers.flatMap(({ codes }) => codes),
    };
  } finally {
    await service.close();
  }
}

/** Reads a line of one log of each source, and its list of jobs: that shows what its counts are worth. */
async function readBefore(service: Service): Promise<void> {
  const logs = SOURCES.map((source) => {
    const id = jobIdOf(source, world.jobs[MEASURED[source].readBefore][source]);
    return `${source}: node(id: ${JSON.stringify(id)}) { ... on Job { logs(first: 1) { nodes { message } } } }`;
  });
  const { codes } = await service.ask(`{ ${logs.join(' ')} jobs(first: 1) { nodes { id } } }`);
  expect(codes).toEqual([]);
}

async function cursorOf(query: string): Promise<string> {
  const service = world.start();
  const { data } = await service.ask(query);
  await service.close();
  const cursor = /"cursor":"([^"]+)"/.exec(JSON.stringify(data))?.[1];
  if (cursor === undefined) throw new Error(`There is no cursor in the answer to ${query}`);
  return cursor;
}

function linesOf({ lines }: Shape, source: Source): number | undefined {
  return typeof lines === 'number' ? lines : lines[source];
}

function sourcesOf({ calls }: Shape): Source[] {
  return SOURCES.filter((source) => calls[source] !== undefined);
}

const apart = SHAPES.filter(({ together }) => together !== true).flatMap((shape) =>
  sourcesOf(shape).map((source) => ({ name: shape.name, source, shape })),
);

describe('the calls to a vendor', () => {
  test.each(apart)('$name: $source', async ({ shape, source }) => {
    const { calls, rows, lines, codes } = await measure(shape, source);
    expect(calls).toEqual({ ...allNone(), [source]: shape.calls[source] });
    if (shape.rows?.[source] !== undefined) expect(rows).toBe(shape.rows[source]);
    expect(lines).toBe(linesOf(shape, source));
    expect(codes).toEqual(shape.errors ?? []);
  });

  test.each(SHAPES.filter(({ together }) => together === true))('$name', async (shape) => {
    const { calls, lines, codes } = await measure(shape, 'nemo');
    expect(calls).toEqual(shape.calls);
    expect(lines).toBe(shape.lines);
    expect(codes).toEqual([]);
  });
});

function allNone(): Record<Source, string> {
  return eachSource(() => 'none');
}

describe('the table of calls', () => {
  test('has a column for each simulated vendor', () => {
    expect(SOURCES.toSorted()).toEqual(Object.keys(SIMULATED).sort());
  });

  test('has at least thirty shapes of query', () => {
    expect(SHAPES.length).toBeGreaterThanOrEqual(30);
    expect(new Set(SHAPES.map(({ name }) => name)).size).toBe(SHAPES.length);
  });

  test('gives a reason wherever more calls than necessary are made', () => {
    for (const { name, calls, least, why } of SHAPES) {
      for (const source of SOURCES) {
        const possible = least?.[source];
        if (possible === undefined) continue;
        expect(countOf(possible), name).toBeLessThan(countOf(calls[source] ?? ''));
        expect(why, name).toBeDefined();
      }
    }
  });

  test('matches docs/pagination.md', async () => {
    const document = await readFile(DOCUMENT, 'utf8');
    const table = tableOf(SHAPES);
    if (process.env['WRITE_CALL_TABLE'] === '1') await writeFile(DOCUMENT, withTable(document, table));
    else expect(tableIn(document)).toBe(table);
  });
});
