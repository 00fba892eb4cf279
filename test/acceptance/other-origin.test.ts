import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { SIMULATED } from '../../src/sandbox/demo/demo-vendors.ts';
import { serve } from './service.ts';
import type { Service } from './service.ts';

/** A vendor that points to another origin does not make us go there: our credentials would come with us. */

const NAMES = Object.keys(SIMULATED);
const QUERY = `query ($source: [String!]) {
  jobs(sources: $source, first: 50) {
    nodes {
      key
      attempts(first: 5) { nodes { key } }
      steps(first: 5) { nodes { key } }
      tasks(first: 5) { nodes { key } }
      logs(first: 300) { nodes { message } }
    }
    failures { code }
  }
}`;

interface Jobs {
  readonly jobs: {
    readonly nodes: readonly { readonly logs: unknown }[];
    readonly failures: readonly { code: string }[];
  };
}

let sandbox: Sandbox;
let service: Service;
const visits: string[] = [];
const other = createServer((request, response) => {
  visits.push(request.url ?? '');
  response.end('{}');
});
let origin: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  sandbox = await startSandbox({ growing: false });
  service = await serve(sandbox.configuration.sources);
});
afterEach(() => {
  for (const server of Object.values(sandbox.servers)) server.clearFaults();
});
afterAll(async () => {
  await service.stop();
  await sandbox.close();
  await new Promise((resolve) => other.close(resolve));
});

describe.each(NAMES)('%s, by pointing to another origin', (name) => {
  test.each([301, 302, 303, 307, 308])('with status %i, causes no call there', async (status) => {
    const headers = { location: `${origin}/elsewhere`, 'content-type': 'text/html' };
    sandbox.servers[name]?.inject({ what: { do: 'status', status, headers, body: '' } });
    const { data } = await service.query<Jobs>(QUERY, { source: [name] });
    expect(data.jobs.failures).toMatchObject([{ code: 'SOURCE_BAD_RESPONSE' }]);
    expect(visits).toEqual([]);
  });

  test('with links to next pages in a body, causes no call there', async () => {
    const link = `${origin}/scheduler/jobs?page_size=10&offset=10&next=1`;
    const links = {
      next_url: link,
      prev_url: link,
      next: link,
      next_page_url: link,
      nextPageToken: link,
      $meta: { next: link },
    };
    for (const rows of [{ data: [] }, { results: [], total: 40 }, { data: [], has_more: true, total: 40 }]) {
      const remove = sandbox.servers[name]?.inject({
        what: {
          do: 'status',
          status: 200,
          headers: { 'content-type': 'application/json', link: `<${link}>; rel="next"` },
          body: JSON.stringify({ ...rows, ...links }),
        },
      });
      await service.query<Jobs>(QUERY, { source: [name] });
      remove?.();
    }
    expect(visits).toEqual([]);
  });
});
