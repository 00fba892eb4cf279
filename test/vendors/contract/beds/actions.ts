import fc from 'fast-check';
import type { LogSeverity } from '../../../../src/domain/severity.ts';
import type { Doubts } from '../../../../src/sandbox/doubts.ts';
import type { VendorDefinition } from '../../../../src/vendors/connector.ts';
import { simulateActions } from '../../actions/simulated-actions.ts';
import type { ActionsDialect } from '../../actions/simulated-actions.ts';
import { dialectsOf, LEVELS, timeOf } from '../bed.ts';
import type { Bed, Instance, Line } from '../bed.ts';

/** The module as the guide to own sources has it, with `tributary/vendor` from `src`. */
const MODULE: string = '../../../../examples/own-sources/actions.js';
const { default: definition } = (await import(MODULE)) as { readonly default: VendorDefinition };

const SPACING = 1_000_000n;
const CLOCK = 100n;

/** What the service writes before a line that has a level. */
const MARKS: Readonly<Partial<Record<Line['severity'], string>>> = {
  debug: '##[debug]',
  warn: '##[warning]',
  error: '##[error]',
};

/** Of other lines, the level is looked for in the text. */
const INFERRED: Readonly<Record<string, LogSeverity>> = {
  'ERROR: disk full': 'ERROR',
  '\u001b[31mERR\u001b[0mOR: disk full': 'ERROR',
  'WARNING: slow': 'WARN',
  'level=debug cache miss': 'DEBUG',
};

const settings: fc.Arbitrary<ActionsDialect> = fc.record({
  newline: fc.constantFrom('\n', '\r\n'),
  mark: fc.boolean(),
  endsLast: fc.boolean(),
  tasks: fc.integer({ min: 1, max: 3 }),
});

function create(dialect: Partial<ActionsDialect>, doubts: Partial<Doubts> = {}): Instance {
  const { tasks = 2 } = dialect;
  const simulation = simulateActions({ newline: '\n', mark: false, endsLast: true, ...dialect, tasks }, doubts);
  return {
    simulation,
    options: { repository: 'octo/hello', logHosts: ['127.0.0.1'] },
    createJob: (name) => simulation.createJob(name === undefined ? {} : { name }),
    write(key, lines) {
      const placed = lines.map((line) => {
        const mark = MARKS[line.severity];
        return {
          time: timeOf(line, SPACING, CLOCK),
          message: `${mark ?? ''}${line.text}`,
          severity: mark === undefined ? (INFERRED[line.text] ?? 'UNSPECIFIED') : LEVELS[line.severity],
          // Numbers behind that of their run.
          task: String(Number(key) + 1 + (line.task % tasks)),
        };
      });
      simulation.write(
        key,
        placed.map(({ time, message, task }) => ({ time, message, task })),
      );
      return placed.map((line) => ({ ...line, step: null }));
    },
    expire: () => undefined,
  };
}

/** A vendor as a team writes it: a module with `defineVendor`, held to the same laws as those that are built in. */
export const actionsBed: Bed = {
  definition,
  spacing: SPACING,
  crowd: 30,
  dialects: dialectsOf(settings, create),
  doubtful: { '': (doubts) => create({}, doubts) },
  unknown: { 'lines of Windows': () => create({ newline: '\r\n', mark: true }) },
  doubtfulPage: null,
  empty: { logs: [], jobs: [{ total_count: 0, workflow_runs: [] }], job: [] },
  promised: { logs: [], jobs: [{ total_count: 50, workflow_runs: [] }] },
  textLogs: 'a line of text has no fields: what does not begin with a time goes on with the line before it',
  nativeSize: () => null,
  paths: /^\/(repos\/octo\/hello\/actions\/(runs(\/[^/]+(\/jobs)?)?|jobs\/\d+\/logs)|logs\/\d+)$/,
  unknownJobs: ['1', 'absent'],
  jobsFailAlone: true,
};
