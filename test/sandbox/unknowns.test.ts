import { expect, test } from 'vitest';
import { DEFAULT_DIALECT as BYTENITE } from '../../src/sandbox/bytenite/dialect.ts';
import { DEFAULT_DIALECT as DEEPSET } from '../../src/sandbox/deepset/dialect.ts';
import { dialectOf as nemoDialectOf } from '../../src/sandbox/nemo/dialect.ts';
import { settingsOf as sapSettingsOf } from '../../src/sandbox/sap-job-scheduling/settings.ts';
import { DEFAULT_SETTINGS as SOFTWAREONE } from '../../src/sandbox/softwareone/settings.ts';

/**
 * What is not known of the vendors, and which switch of its simulation shows each possibility to the tests. Limits of rates,
 * retries and bodies of proxies are the same at all vendors: `Fault` in src/sandbox/types.ts makes them. The contract
 * `test/vendors/contract/wrong-hints.ts` holds connectors to lose no line under any of it without a report. What no connector
 * asks for is only shown by the tests of the simulations.
 */
const DOUBTS = ['total', 'rowsPerPage', 'ignoresPlace'] as const;

const UNKNOWN: readonly (readonly [row: string, settings: object, switches: readonly string[]])[] = [
  ['deepset: counts, flags and sizes of pages', DEEPSET, [...DOUBTS, 'more']],
  ['deepset: is `after` strict?', DEEPSET, ['after']],
  ['deepset: precision of `after`', DEEPSET, ['afterStep', 'afterDigits', 'afterRounding', 'shownDigits']],
  ['deepset: `order` without effect', DEEPSET, ['ignoresOrder']],
  ['deepset: `total` with `after`', DEEPSET, ['totalAfter']],
  ['deepset: what can be filtered', DEEPSET, ['filterable']],
  ['deepset: 404 for a pipeline without logs', DEEPSET, ['emptyLogs']],
  ['deepset: `has_more` on an empty page', DEEPSET, ['emptyPageSaysMore']],
  ['deepset: CSV for a list of types', DEEPSET, ['csvUnlessExactlyJson']],
  ['deepset: retention', DEEPSET, ['keptSince']],
  ['deepset: a `limit` of 0 or less', DEEPSET, ['smallLimit']],
  ['NeMo: counts, flags and sizes of pages', nemoDialectOf({}), [...DOUBTS, 'more', 'nextIsSecond', 'nextPageAtEnd']],
  ['NeMo: generation, and what names an attempt', nemoDialectOf({}), ['generation']],
  ['NeMo: status of a cursor that it does not take', nemoDialectOf({}), ['badCursor']],
  ['NeMo: shape and life of page tokens', nemoDialectOf({}), ['tokens']],
  ['NeMo: zone of times, order of ties', nemoDialectOf({}), ['zone', 'shuffleTies']],
  ['SAP: order of runs', sapSettingsOf({}), ['order', 'sortedBy', 'ties']],
  ['SAP: largest page of runs', sapSettingsOf({}), ['runsPerPage']],
  ['SAP: sizes of pages of jobs and schedules', sapSettingsOf({}), ['jobsPerPage', 'schedulesPerPage']],
  ['SAP: counts and links', sapSettingsOf({}), ['total', 'links', 'ignores', 'behindTheEnd']],
  ['SAP: a run id and an offset in one request', sapSettingsOf({}), ['cursorWithOffset']],
  ['SAP: a page size that makes no sense', sapSettingsOf({}), ['badPageSize']],
  ['SAP: shape of the log of actions', sapSettingsOf({}), ['actionLogs']],
  ['SAP: body of a 404', sapSettingsOf({}), ['notFoundBody']],
  ['SoftwareOne: counts and sizes of pages', SOFTWAREONE, DOUBTS],
  ['SoftwareOne: default and largest page', SOFTWAREONE, ['defaultLimit', 'maxLimit']],
  ['SoftwareOne: what can be filtered', SOFTWAREONE, ['unfilterable', 'unfilterableTasks', 'unknownOperators']],
  ['SoftwareOne: what can be ordered by', SOFTWAREONE, ['unorderable', 'unorderableTasks']],
  [
    'SoftwareOne: filters and orders without effect',
    SOFTWAREONE,
    ['ignoresFilters', 'ignoresOrder', 'ignoresSecondOrder'],
  ],
  ['SoftwareOne: bounds of time that leave out what is equal', SOFTWAREONE, ['excludesBounds']],
  ['SoftwareOne: streaming of logs', SOFTWAREONE, ['streams']],
  ['SoftwareOne: retention', SOFTWAREONE, ['keptSince']],
  ['SoftwareOne: `Blocked`', SOFTWAREONE, ['queuedAs']],
  ['ByteNite: events and their names', BYTENITE, ['events', 'eventName']],
  ['ByteNite: POST /jobs/filter and /jobs/runningTasks', BYTENITE, ['jobsFilter', 'runningTasks']],
  ['ByteNite: retention', BYTENITE, ['keptSince']],
  ['ByteNite: states of jobs', BYTENITE, ['states']],
  ['ByteNite: counts, flags and sizes of pages of jobs', BYTENITE, [...DOUBTS, 'more']],
  ['ByteNite: cap and order of logs', BYTENITE, ['cap', 'order']],
  ['ByteNite: bodies of errors', BYTENITE, ['errors']],
  ['ByteNite: tolerance of `Bearer`', BYTENITE, ['rawTokenOnly']],
  ['ByteNite: default and largest page of jobs', BYTENITE, ['defaultPage', 'maxPage']],
];

test.each(UNKNOWN)('the sandbox has a switch for what is not known: %s', (_, settings, switches) => {
  expect(Object.keys(settings)).toEqual(expect.arrayContaining([...switches]));
});
