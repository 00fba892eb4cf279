import { readFileSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { createMetrics } from '../../src/server/metrics/metrics.ts';
import { createWorkersMetrics } from '../../src/server/metrics/workers.ts';
import { start } from '../cli/command-line.ts';
import { hasPackages, ROOT } from '../support/folders.ts';

const ready = await hasPackages('test/tools');

const read = (file: string): string => readFileSync(file, 'utf8');

const parsedSchema = z.array(
  z.object({
    error: z.string().nullable(),
    labels: z.array(z.string()),
    selectors: z.array(
      z.object({
        metric: z.string(),
        within: z.string().nullable(),
        matchers: z.array(z.object({ label: z.string(), operator: z.string(), value: z.string() })),
      }),
    ),
  }),
);

/** What the parser of Prometheus' own editor finds in each expression. */
async function parsed(expressions: readonly string[]) {
  const output = await new Promise<string>((resolve, reject) => {
    const child = execFile('node', [`${ROOT}/test/tools/parse-promql.js`], (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(new Error('The parser of PromQL failed.', { cause: error }));
    });
    child.stdin?.end(JSON.stringify(expressions));
  });
  return parsedSchema.parse(JSON.parse(output)).map((each, at) => ({ expression: expressions[at] ?? '', ...each }));
}

describe('metrics', () => {
  const alerts = z
    .object({
      groups: z.array(
        z.object({
          rules: z.array(
            z.object({ alert: z.string(), expr: z.string(), annotations: z.object({ runbook: z.string() }) }),
          ),
        }),
      ),
    })
    .parse(parse(read('deploy/prometheus/alerts.yaml')))
    .groups.flatMap(({ rules }) => rules);
  const dashboard = z
    .object({ panels: z.array(z.object({ targets: z.array(z.object({ expr: z.string() })).min(1) })).min(1) })
    .parse(JSON.parse(read('deploy/grafana/tributary.json')));

  /** What a service with Redis and several workers shows of itself when nothing has happened yet. */
  async function shownText(): Promise<string> {
    const metrics = createMetrics();
    metrics.process();
    metrics.configuration();
    metrics.tracing();
    metrics.sources(() => [
      {
        source: 'one',
        inFlight: 0,
        queued: 0,
        turnedAway: 0,
        breaker: 'closed',
        retries: 0,
        retriesLeftOut: 0,
        saved: { shared: 0, remembered: 0 },
      },
    ]);
    metrics.tails(() => ({
      feeds: 0,
      subscribers: 0,
      windowLines: 0,
      windowBytes: 0,
      polls: 0,
      lagSeconds: 0,
      gaps: 0,
      droppedLines: 0,
      repeatedLines: 0,
      sharing: { through: 'REDIS', state: 'CONNECTED', leading: 0, following: 0, limitAsks: { shared: 0, alone: 0 } },
    }));
    metrics.held(() => 0);
    createWorkersMetrics(metrics.registry, () => 0);
    return metrics.registry.metrics();
  }

  /** The kinds of all metrics by their names; of a histogram, by that of its buckets. */
  async function kinds(): Promise<ReadonlyMap<string, string>> {
    const lines = (await shownText()).matchAll(/^# TYPE (\S+) (\S+)$/gm);
    return new Map(
      [...lines].map(([, name = '', kind = '']) => [kind === 'histogram' ? `${name}_bucket` : name, kind] as const),
    );
  }

  /** The labels that the guide gives each metric. A test below holds the guide against the service. */
  const labels = new Map(
    [...read('docs/operations.md').matchAll(/^\| `(tributary_\w+)` +\| ([^|]*)\|/gm)].map(
      ([, name = '', text = '']) => [name, [...text.matchAll(/`(\w+)`/g)].map(([, label]) => label)],
    ),
  );

  const namesIn = (expression: string): readonly string[] =>
    expression.match(/\b(?:tributary|nodejs|process)_\w+/g) ?? [];

  const asked = [...alerts, ...dashboard.panels.flatMap(({ targets }) => targets)].map(({ expr }) => expr);

  test('of alerts and of the dashboard are among those that the service shows', async () => {
    const names = await kinds();
    expect(asked.length).toBeGreaterThan(25);
    expect(asked.flatMap(namesIn).filter((name) => !names.has(name))).toEqual([]);
  });

  test.skipIf(!ready)(
    'are asked for in PromQL, with labels that they have, and rates only of what counts up',
    async () => {
      const known = await kinds();
      for (const { expression, error, selectors, labels: grouped } of await parsed(asked)) {
        expect([expression, error]).toEqual([expression, null]);
        // Prometheus itself adds the first two, and a histogram has the third.
        const there = new Set(['job', 'instance', 'le', ...selectors.flatMap(({ metric }) => labelsOf(metric))]);
        expect([expression, grouped.filter((label) => !there.has(label))]).toEqual([expression, []]);
        for (const { metric, matchers, within } of selectors) {
          const strange = matchers.filter(({ label }) => label !== 'job' && !labelsOf(metric).includes(label));
          expect([expression, metric, strange]).toEqual([expression, metric, []]);
          const counts = ['counter', 'histogram'].includes(known.get(metric) ?? 'gauge');
          expect([expression, metric, counts]).toEqual([
            expression,
            metric,
            within === 'rate' || within === 'increase',
          ]);
        }
      }
    },
  );

  test.skipIf(!ready)(
    'that an alert compares with what they were are there from the start, so that the first one is seen',
    async () => {
      const text = await shownText();
      const selectors = (await parsed(alerts.map(({ expr }) => expr))).flatMap((each) => each.selectors);
      const exact = selectors.filter(
        ({ within, matchers }) => within === 'increase' && matchers.every(({ operator }) => operator === '='),
      );
      expect(exact.length).toBeGreaterThan(5);
      const series = text.split('\n').filter((line) => !line.startsWith('#'));
      const absent = exact.filter(
        ({ metric, matchers }) =>
          !series.some(
            (line) =>
              new RegExp(`^${metric}[ {]`).test(line) &&
              matchers.every(({ label, value }) => line.includes(`${label}="${value}"`)),
          ),
      );
      expect(absent).toEqual([]);
    },
  );

  test('have the labels that the guide says', () => {
    const metrics = createMetrics();
    metrics.configuration();
    metrics.tracing();
    metrics.sources(() => []);
    const own = metrics.registry.getMetricsAsArray() as unknown as readonly { name: string; labelNames: string[] }[];
    expect(own.map(({ name, labelNames }) => [name, labelNames])).toEqual(
      own.map(({ name }) => [name, labels.get(name)]),
    );
  });

  /** Labels of a metric, also by the name of its buckets. Those of Node and of the process have none that are asked for. */
  function labelsOf(metric: string): readonly (string | undefined)[] {
    return labels.get(metric.replace(/_bucket$/, '')) ?? [];
  }

  test('of Tributary are all described and on the dashboard, and each alert has an entry in the runbook', async () => {
    const guide = read('docs/operations.md');
    const own = [...(await kinds()).keys()].filter((name) => name.startsWith('tributary_'));
    expect(own.filter((name) => !guide.includes(`\`${name.replace(/_bucket$/, '')}\``))).toEqual([]);
    const drawn = new Set(dashboard.panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => namesIn(expr))));
    expect(own.filter((name) => !drawn.has(name))).toEqual([]);
    for (const { alert, annotations } of alerts) {
      expect(annotations.runbook).toBe(`docs/operations.md#${alert.toLowerCase()}`);
      expect(guide).toContain(`\n#### ${alert}\n`);
    }
  });

  test('of sources and of the process are shown by the service that is started', async () => {
    const service = start(['serve', '--port', '0']);
    const url = (await service.firstOutput()).slice('ready at '.length).trim();
    await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ jobs(sources: ["nemo"], first: 1) { nodes { id } } }' }),
    });
    const text = await (await fetch(new URL('/metrics', url))).text();
    expect(text).toContain('tributary_source_calls_queued{source="nemo"} 0');
    expect(text).toMatch(/tributary_upstream_duration_seconds_count\{source="nemo",route="\/apis\/jobs\/\S+"\} [1-9]/);
    expect(text).toMatch(/tributary_graphql_duration_seconds_count\{type="query"\} 1/);
    expect(text).toMatch(/tributary_graphql_vendor_calls_sum [1-9]/);
    expect(text).toContain('tributary_graphql_rows_sum 1\n');
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
    service.stop();
    await service.done;
  });
});
