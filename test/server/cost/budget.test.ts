import { describe, expect, test } from 'vitest';
import { fakeConnection, fakeEntry, fakeFederation, fakeJob } from '../../resolvers/fake-federation.ts';
import type { LogNode } from '../../../src/federation/api.ts';
import { start } from '../start.ts';

const ALIASES = Array.from({ length: 99 }, (_, n) => `m${n}: message`).join(' ');

function logsOf(entries: readonly LogNode[]) {
  return {
    ...fakeConnection(entries),
    isComplete: () => Promise.resolve(false),
    failures: () => Promise.resolve([]),
  };
}

function codesOf(errors: readonly { extensions: Record<string, unknown> }[] | undefined): readonly unknown[] {
  return [...new Set(errors?.map(({ extensions }) => extensions['code']))];
}

describe('the budget of an operation', () => {
  test('limits the bytes of an answer: fields beyond it are null, and the rest is there', async () => {
    const job = { source: 'up', key: 'a' };
    const lines = Array.from({ length: 20 }, (_, n) => fakeEntry(job, n, { message: 'x'.repeat(1_000_000) }));
    const server = await start(fakeFederation({ logs: () => logsOf(lines) }));
    const query = `{ sources { name } job(source: "up", key: "a") { key logs { nodes { ${ALIASES} } } short: logs { nodes { message(maxLength: 3) } } } }`;
    const { data, errors } = await server.query(query);
    expect(data).toEqual({
      sources: [{ name: 'up' }, { name: 'down' }],
      job: { key: 'a', logs: null, short: { nodes: Array.from({ length: 20 }, () => ({ message: 'xxx' })) } },
    });
    expect(codesOf(errors)).toEqual(['UPSTREAM_BUDGET_EXCEEDED']);
    expect(server.log).toEqual([]);
  });

  test('bounds the bytes of attributes and exceptions, too', async () => {
    const large = 'x'.repeat(600);
    const exceptions = [{ type: 'Error', message: large, frames: [] }];
    const line = fakeEntry({ source: 'up', key: 'a' }, 1, { attributes: { large }, exceptions });
    const server = await start(fakeFederation({ logs: () => logsOf([line]) }), { limits: { answerBytes: 1_000 } });
    const { data, errors } = await server.query(
      '{ job(source: "up", key: "a") { logs { nodes { one: attributes two: attributes exceptions { type } } } } }',
    );
    expect(data).toEqual({ job: { logs: null } });
    expect(codesOf(errors)).toEqual(['UPSTREAM_BUDGET_EXCEEDED']);
  });

  test('bounds every text of a vendor, however often it is selected', async () => {
    const long = 'x'.repeat(10_000);
    const job = { ...fakeJob('up', 'a'), name: long, nativeStatus: long, attributes: { long } };
    const severity = { number: 9, text: long, source: 'VENDOR' as const };
    const exceptions = [{ type: long, message: long, frames: [{ file: long, line: 1, function: long }] }];
    const line = fakeEntry(job, 1, { severity, exceptions });
    const listed = { ...fakeConnection([job]), failures: () => Promise.resolve([]) };
    const server = await start(
      fakeFederation({ job: () => Promise.resolve(job), jobs: () => listed, logs: () => logsOf([line]) }),
      { limits: { answerBytes: 500_000 } },
    );
    const often = (field: string): string => Array.from({ length: 60 }, (_, n) => `f${n}: ${field}`).join(' ');
    const ofJob = (field: string): string => `{ job(source: "up", key: "a") { ${often(field)} } }`;
    const ofLine = (fields: string): string => `{ job(source: "up", key: "a") { logs { nodes { ${fields} } } } }`;
    const queries = [
      ...['name', 'nativeStatus', 'attributes'].map(ofJob),
      ofLine(often('severityText')),
      ...['type', 'message'].map((field) => ofLine(`exceptions { ${often(field)} }`)),
      ...['file', 'function'].map((field) => ofLine(`exceptions { frames { ${often(field)} } }`)),
      `{ jobs { nodes { ${often('name')} } } }`,
    ];
    for (const query of queries) {
      const { data, errors } = await server.query(query);
      expect([query, codesOf(errors)]).toEqual([query, ['UPSTREAM_BUDGET_EXCEEDED']]);
      expect(JSON.stringify(data).length).toBeLessThan(510_000);
    }
    const once =
      '{ job(source: "up", key: "a") { name attributes logs { nodes { severityText exceptions { type message frames { file line function } } } } } }';
    expect((await server.query(once)).errors).toBeUndefined();
  });

  test('reports at most a hundred errors for a hundred thousand fields beyond it', async () => {
    const lines = Array.from({ length: 30 }, (_, n) => fakeEntry({ source: 'up', key: 'a' }, n, { attributes: { n } }));
    const server = await start(fakeFederation({ logs: () => logsOf(lines) }), { limits: { answerBytes: 600 } });
    const fields = Array.from({ length: 10 }, (_, n) => `a${n}: attributes`).join(' ');
    const { data, errors } = await server.query(`{ job(source: "up", key: "a") { logs { nodes { ${fields} } } } }`);
    expect(errors).toHaveLength(100);
    expect(codesOf(errors)).toEqual(['UPSTREAM_BUDGET_EXCEEDED']);
    expect((data as { job: { logs: { nodes: object[] } } }).job.logs.nodes).toHaveLength(30);
  });

  test('bounds the rows that are given', async () => {
    const server = await start(undefined, { limits: { rows: 3 } });
    const { data, errors } = await server.query(
      '{ one: job(source: "up", key: "a") { logs { nodes { message } } } two: job(source: "up", key: "b") { logs { nodes { message } } } }',
    );
    expect(codesOf(errors)).toEqual(['UPSTREAM_BUDGET_EXCEEDED']);
    expect(Object.values(data as Record<string, { logs: unknown }>).filter(({ logs }) => logs === null)).toHaveLength(
      1,
    );
  });

  test('limits the time of a query: fields without an answer are null, and the rest is there', async () => {
    const federation = fakeFederation({
      job: ({ source, key }, { signal }) =>
        key === 'slow'
          ? new Promise((_, reject) => {
              signal.addEventListener('abort', () => {
                reject(signal.reason as Error);
              });
            })
          : Promise.resolve(fakeJob(source, key)),
    });
    const server = await start(federation, { limits: { timeMilliseconds: 200 } });
    const query = '{ slow: job(source: "up", key: "slow") { name } fast: job(source: "up", key: "fast") { name } }';
    const { data, errors } = await server.query(query);
    expect(data).toEqual({ slow: null, fast: { name: 'Job fast' } });
    expect(errors?.map(({ message, extensions }) => [message, extensions['code']])).toEqual([
      ['The query took longer than 0.2 s. Ask for less, or for smaller pages.', 'UPSTREAM_BUDGET_EXCEEDED'],
    ]);
  });

  test('counts the same rows once, however often and under whatever aliases they are selected', async () => {
    const federation = fakeFederation();
    const server = await start(federation);
    const logs = 'logs(first: 2) { nodes { message job { logs(first: 2) { nodes { message } } } } }';
    const { errors } = await server.query(`{ job(source: "up", key: "a") { a: ${logs} b: ${logs} c: ${logs} } }`);
    expect(errors).toBeUndefined();
    expect(federation.asked).toEqual(['logs up/a']);
  });
});
