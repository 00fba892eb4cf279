/** The service in a process of its own, in front of a source at the address that it is given. It tells how long its work took. */
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTributary } from '../../../src/library/index.ts';
import type { TributaryConfig } from '../../../src/library/index.ts';
import { createServer } from '../../../src/server/server.ts';

// What is built has no source maps: with them each error takes a hundred times as long as there.
process.setSourceMapsEnabled(false);

/** Where the source is, and further sources as JSON. */
const [baseUrl = '', others = '{}'] = process.argv.slice(2);
const whole = { scheme: 'whole' } as const;
const jobs = {
  list: { path: '/jobs', items: 'jobs', pagination: whole },
  one: { path: '/jobs/{job}' },
  key: 'id',
  name: ['title', 'id'],
  status: 'state',
} as const;
const lines = {
  path: '/jobs/{job}/lines',
  items: 'lines',
  id: 'id',
  time: 'at',
  message: 'text',
  severity: 'level',
} as const;
const offset = { scheme: 'offset', sizeParameter: 'limit', pageSize: 200, total: 'total' } as const;
const logs = { ...lines, order: 'ascending', attributes: { host: 'host' } } as const;
const token = { scheme: 'token', parameter: 'token', next: 'next', pageSize: 200 } as const;
const time = { scheme: 'time', parameter: 'after', pageSize: 200 } as const;
const orders = { parameter: 'order', ascending: 'up', descending: 'down' } as const;
const { federation } = await createTributary({
  sources: {
    paged: { vendor: 'rest', baseUrl, jobs, logs: { ...logs, pagination: offset } },
    // Pages that never end.
    page: { vendor: 'rest', baseUrl, jobs, logs: { ...logs, pagination: { scheme: 'page', pageSize: 200 } } },
    token: { vendor: 'rest', baseUrl, jobs, logs: { ...logs, pagination: token } },
    time: { vendor: 'rest', baseUrl, jobs, logs: { ...logs, order: orders, pagination: time } },
    ...(JSON.parse(others) as TributaryConfig['sources']),
    whole: { vendor: 'rest', baseUrl, jobs, logs: { ...logs, id: undefined, pagination: whole } },
  },
});
const server = await createServer({ federation, host: '127.0.0.1', port: 0, explorer: false, graphiql: false });

/**
 * How long the process worked between two turns of its event loop, in milliseconds: what a health check waits for at most. Others use
 * the machine, too, and some work is done beside the event loop: neither time that passed nor CPU time can be less than that.
 */
const turns: number[] = [];
let worked = cpuMilliseconds();
let since = performance.now();
setInterval(() => {
  const [cpu, now] = [cpuMilliseconds(), performance.now()];
  turns.push(Math.min(cpu - worked, now - since));
  [worked, since] = [cpu, now];
}, 1);

/** Of the thread of the event loop, where the system tells it, else of all threads. */
function cpuMilliseconds(): number {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ', 1)[0]) / 1e6;
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  }
}

const told = createHttpServer((_, response) => {
  response.end(JSON.stringify({ turns: turns.splice(0), resident: process.memoryUsage.rss() }));
});
told.listen(0, '127.0.0.1', () => {
  const { port } = told.address() as AddressInfo;
  process.stdout.write(`ready at ${server.url} ${port} ${process.pid}\n`);
});
