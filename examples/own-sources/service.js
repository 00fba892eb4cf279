import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import process from 'node:process';

/**
 * A few workflow runs of one repository, as https://docs.github.com/en/rest/actions describes them, for the example beside it. As there,
 * logs are at another host (here `localhost` at another port), for who has a signed link.
 */

const at = (seconds) => new Date(Date.UTC(2026, 1, 27, 22, 57, seconds)).toISOString();

const job = (id, name, conclusion) => ({
  id,
  name,
  status: 'completed',
  conclusion,
  created_at: at(id % 10),
  started_at: at(id % 10),
  completed_at: at(50),
});

const RUNS = [
  { id: 2, name: 'release', conclusion: 'failure', jobs: [job(21, 'build', 'success'), job(22, 'publish', 'failure')] },
  { id: 1, name: 'tests', conclusion: 'success', jobs: [job(11, 'linux', 'success'), job(12, 'windows', 'success')] },
].map((run) => ({
  ...run,
  status: 'completed',
  created_at: at(run.id),
  run_started_at: at(run.id),
  updated_at: at(55),
}));

/** Sixty lines of each job, two at each time; the 31st has a second line without a time. */
function textOf({ id, conclusion }) {
  const lines = Array.from({ length: 60 }, (_, index) => {
    const time = at(index >> 1).replace('.000Z', '.1234567Z');
    const isError = conclusion === 'failure' && index === 59;
    const text = isError ? '##[error]Process completed with exit code 1.' : `step ${index} of job ${id}`;
    return `${time} ${text}${index === 30 ? '\n  and its detail' : ''}`;
  });
  return `${lines.join('\n')}\n`;
}

const without = (run) => ({ ...run, jobs: undefined });

const logs = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  const [, id] = /^\/logs\/(\d+)$/.exec(pathname) ?? [];
  const found = RUNS.flatMap(({ jobs }) => jobs).find((one) => String(one.id) === id);
  const isSigned = searchParams.get('sig') === signatureOf(id, searchParams.get('se'));
  const isExpired = Number(searchParams.get('se')) < Date.now();
  // A second authorisation is refused, as storage does that knows signed links.
  const isRefused = !found || !isSigned || isExpired || request.headers.authorization !== undefined;
  response.writeHead(isRefused ? 403 : 200, { 'content-type': isRefused ? 'application/xml' : 'text/plain' });
  response.end(isRefused ? '<Error><Code>AuthenticationFailed</Code></Error>' : textOf(found));
});

const secret = randomBytes(16);
const signatureOf = (id, end) => createHmac('sha256', secret).update(`${id} ${end}`).digest('base64url');

/** Where the log of a job is, for a minute. */
function linkTo({ id }) {
  const end = Date.now() + 60_000;
  return `http://localhost:${logs.address().port}/logs/${id}?se=${end}&sig=${signatureOf(String(id), String(end))}`;
}

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  const [, kind, id, part] =
    /^\/repos\/octo\/hello\/actions\/(runs|jobs)(?:\/(\d+)(?:\/(\w+))?)?$/.exec(pathname) ?? [];
  const run = RUNS.find((one) => String(one.id) === id);
  const send = (status, body) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  if (request.headers.authorization !== `Bearer ${process.env.ACTIONS_TOKEN}`)
    return send(401, { message: 'Bad credentials' });
  if (kind === 'runs' && id === undefined)
    return send(200, { total_count: RUNS.length, workflow_runs: RUNS.map(without) });
  if (kind === 'runs' && part === 'jobs' && run) return send(200, { total_count: run.jobs.length, jobs: run.jobs });
  if (kind === 'runs' && run) return send(200, without(run));
  const found = RUNS.flatMap(({ jobs }) => jobs).find((one) => String(one.id) === id);
  if (kind === 'jobs' && part === 'logs' && found) return response.writeHead(302, { location: linkTo(found) }).end();
  return send(404, { message: 'Not Found' });
});

logs.listen(0, 'localhost');
await once(logs, 'listening');
server.listen(Number(process.env.PORT ?? 4100), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});

process.once('SIGTERM', () => {
  for (const one of [server, logs]) {
    one.close();
    one.closeAllConnections();
  }
});
