import { expect, test } from 'vitest';
import type { TailStatistics } from '../../src/federation/api.ts';
import { createMetrics } from '../../src/server/metrics/metrics.ts';

const ATTEMPT = {
  source: 'one',
  route: '/jobs/{job}',
  outcome: 'ok',
  queuedMilliseconds: 0,
  durationMilliseconds: 30,
} as const;

function linesOf(statistics: () => TailStatistics): () => Promise<readonly string[]> {
  const metrics = createMetrics();
  metrics.tails(statistics);
  for (const outcome of ['ok', 'SOURCE_TIMEOUT', 'ok'] as const) metrics.upstream({ ...ATTEMPT, outcome });
  return async () =>
    (await metrics.registry.metrics())
      .split('\n')
      .filter((line) => /_(tail|redis|upstream_requests)_/.test(line) && !line.startsWith('#'));
}

test('metrics count calls to sources, and show the followed jobs at the time of the scrape', async () => {
  let polls = 3;
  const lines = linesOf(() => ({
    feeds: 2,
    subscribers: 5,
    windowLines: 40,
    windowBytes: 60_000,
    polls,
    lagSeconds: 1.5,
    gaps: 2,
    droppedLines: 9,
    repeatedLines: 30,
    sharing: null,
  }));
  const expected = [
    'tributary_upstream_requests_total{source="one",route="/jobs/{job}",outcome="ok"} 2',
    'tributary_upstream_requests_total{source="one",route="/jobs/{job}",outcome="SOURCE_TIMEOUT"} 1',
    'tributary_tail_jobs 2',
    'tributary_tail_subscribers 5',
    'tributary_tail_lag_seconds 1.5',
    'tributary_tail_window_lines 40',
    'tributary_tail_window_bytes 60000',
  ];
  const missing = [
    'tributary_tail_gaps_total 2',
    'tributary_tail_dropped_lines_total 9',
    'tributary_tail_repeated_lines_total 30',
  ];
  expect(await lines()).toEqual([...expected, 'tributary_tail_polls_total 3', ...missing]);
  polls = 7;
  expect(await lines()).toEqual([...expected, 'tributary_tail_polls_total 7', ...missing]);
});

test('metrics show how pollers are shared, if they are', async () => {
  const sharing = {
    through: 'REDIS',
    state: 'DOWN',
    leading: 1,
    following: 4,
    limitAsks: { shared: 9, alone: 2 },
  } as const;
  const lines = linesOf(() => ({
    feeds: 5,
    subscribers: 5,
    windowLines: 0,
    windowBytes: 0,
    polls: 1,
    lagSeconds: 0,
    gaps: 0,
    droppedLines: 0,
    repeatedLines: 0,
    sharing,
  }));
  expect((await lines()).filter((line) => /redis|leading|following/.test(line))).toEqual([
    'tributary_redis_up 0',
    'tributary_redis_limit_asks_total{outcome="shared"} 9',
    'tributary_redis_limit_asks_total{outcome="alone"} 2',
    'tributary_tail_jobs_leading 1',
    'tributary_tail_jobs_following 4',
  ]);
});

test('metrics separate the routes of sources by template, up to a bounded number', async () => {
  const metrics = createMetrics();
  const odd = [null, 'https://vendor.invalid/jobs', '//vendor.invalid', '/jobs?token=t', `/${'x'.repeat(200)}`, 'GET'];
  for (const route of odd) metrics.upstream({ ...ATTEMPT, route });
  for (let i = 0; i < 200; i += 1) metrics.upstream({ ...ATTEMPT, route: `/jobs/${i}` });
  const text = await metrics.registry.metrics();
  expect(text).toContain(`tributary_upstream_requests_total{source="one",route="other",outcome="ok"} ${6 + 160}\n`);
  expect(text.match(/^tributary_upstream_requests_total/gm)).toHaveLength(41);
  expect(text).not.toMatch(/invalid|token/);
});
