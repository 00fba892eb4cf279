import process from 'node:process';
import { print } from 'graphql';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { graphql } from './generated/index.ts';

/** Prints what the failed jobs said last. Every name and type below is checked against the graph. */
// prettier-ignore
const FAILED = graphql(`
  query Failed($first: Int!) {
    jobs(filter: { statusIn: [FAILED] }, first: $first) {
      nodes { name finishedAt source { name } logs(last: 1, filter: { minSeverity: ERROR }) { nodes { message } } }
      failures { source code }
    }
  }
`);

async function ask<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ query: print(document), variables });
  const response = await fetch(process.argv[2] ?? 'http://127.0.0.1:4000/graphql', { method: 'POST', headers, body });
  const { data, errors } = (await response.json()) as { data?: Data; errors?: { message: string }[] };
  if (data === undefined || errors !== undefined) throw new Error(errors?.[0]?.message ?? 'no data');
  return data;
}

const { jobs } = await ask(FAILED, { first: 10 });
for (const { name, finishedAt, source, logs } of jobs.nodes) {
  console.log(`${source.name} ${name} ${finishedAt ?? '-'}: ${logs?.nodes[0]?.message ?? 'no lines'}`);
}
for (const { source, code } of jobs.failures) console.error(`${source}: ${code}`);
