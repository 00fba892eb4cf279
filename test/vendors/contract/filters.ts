import fc from 'fast-check';
import type { LogFilter } from '../../../src/domain/log-filter.ts';
import { LOG_SEVERITIES } from '../../../src/domain/severity.ts';
import { formatInstant } from '../../../src/domain/time.ts';
import type { LogNode, TimeBounds } from '../../../src/federation/api.ts';
import { START } from './bed.ts';
import { NASTY, SLOTS } from './draw.ts';

/** A filter as it is drawn: names and times are those of entries that are there, or of none. */
export interface DrawnFilter {
  readonly severity: Pick<LogFilter, 'minSeverity' | 'severityIn' | 'includeUnspecified'>;
  readonly text: Pick<LogFilter, 'contains' | 'notContains' | 'matches'>;
  readonly names: {
    readonly of: 'attempt' | 'step' | 'task';
    readonly picks: readonly number[];
    readonly other: string | null;
  } | null;
  readonly since: number | null;
  readonly until: number | null;
  /** Nanoseconds behind the instant. */
  readonly fine: bigint;
}

const severity = fc.record(
  {
    minSeverity: fc.constantFrom(...LOG_SEVERITIES),
    severityIn: fc.subarray([...LOG_SEVERITIES]),
    includeUnspecified: fc.boolean(),
  },
  { requiredKeys: [] },
);

const text = fc.record(
  {
    contains: fc.constantFrom('e', 'step', '100%', '☃', '{{done}}', 'nothing of that', 'ERROR: ', '[31m', ...NASTY),
    notContains: fc.subarray(['e', 'ERROR', "'", '[31m']),
    matches: fc.constantFrom('^step$', '^ERROR: d', 'dis[ck]', '[0-9]+%', '☃', '^$', '.*'),
  },
  { requiredKeys: [] },
);

const nothing = <T extends object>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  // Record arbitraries without required keys give the empty record too.
  fc.oneof({ weight: 1, arbitrary: fc.constant({} as T) }, { weight: 1, arbitrary });

export const filterArbitrary: fc.Arbitrary<DrawnFilter> = fc.record({
  severity: nothing(severity),
  text: nothing(text),
  names: fc.option(
    fc.record({
      of: fc.constantFrom('attempt', 'step', 'step', 'task'),
      picks: fc.array(fc.nat(), { minLength: 1, maxLength: 12 }),
      other: fc.option(fc.constantFrom(...NASTY), { freq: 4 }),
    }),
    { freq: 2 },
  ),
  since: fc.option(fc.nat({ max: SLOTS + 1 }), { freq: 2 }),
  until: fc.option(fc.nat({ max: SLOTS + 1 }), { freq: 2 }),
  fine: fc.constantFrom(0n, 0n, 1n, 1_000n, 400_000n),
});

/** The filter for a log of those entries. */
export function filterFor(drawn: DrawnFilter, nodes: readonly LogNode[], spacing: bigint): LogFilter & TimeBounds {
  const at = (slot: number): string => formatInstant(START + BigInt(slot) * spacing + drawn.fine);
  return {
    ...drawn.severity,
    ...drawn.text,
    ...namesFor(drawn.names, nodes),
    ...(drawn.since === null ? {} : { since: at(drawn.since) }),
    ...(drawn.until === null ? {} : { until: at(drawn.until) }),
  };
}

function namesFor(names: DrawnFilter['names'], nodes: readonly LogNode[]): LogFilter {
  if (names === null) return {};
  const keyOf = { attempt: 'attemptKey', step: 'stepKey', task: 'taskKey' } as const;
  const there = [...new Set(nodes.map((node) => node[keyOf[names.of]]).filter((key) => key !== null))];
  const picked = there.length === 0 ? [] : names.picks.map((pick) => there[pick % there.length] ?? '');
  return { [`${names.of}In`]: [...new Set([...picked, ...(names.other === null ? [] : [names.other])])] };
}
