import { createServer } from 'node:http';
import process from 'node:process';

/** A few workflow runs of one repository, as https://docs.github.com/en/rest/actions describes them, for the example beside it. */

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

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  const [, kind, id, part] =
    /^\/repos\/octo\/hello\/actions\/(runs|jobs)(?:\/(\d+)(?:\/(\w+))?)?$/.exec(pathname) ?? [];
  const run = RUNS.find((one) => String(one.id) === id);
  const send = (status, body) => {
    const isText = typeof body === 'string';
    response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json' });
    response.end(isText ? body : JSON.stringify(body));
  };
  if (request.headers.authorization !== `Bearer ${process.env.ACTIONS_TOKEN}`)
    return send(401, { message: 'Bad credentials' });
  if (kind === 'runs' && id === undefined)
    return send(200, { total_count: RUNS.length, workflow_runs: RUNS.map(without) });
  if (kind === 'runs' && part === 'jobs' && run) return send(200, { total_count: run.jobs.length, jobs: run.jobs });
  if (kind === 'runs' && run) return send(200, without(run));
  const found = RUNS.flatMap(({ jobs }) => jobs).find((one) => String(one.id) === id);
  if (kind === 'jobs' && part === 'logs' && found) return send(200, textOf(found));
  return send(404, { message: 'Not Found' });
});

server.listen(Number(process.env.PORT ?? 4100), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});

process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
});
