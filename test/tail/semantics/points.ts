/** What a good log tail must stand, point by point: the names of the tests in this folder. */
const POINTS = {
  1: '3 x page-size lines with one timestamp: forward, backward, and resume at every index give the same multiset, once each',
  2: 'Two byte-identical lines at one timestamp both arrive; a re-poll adds none',
  3: 'Late line between polls: once, `late: true`, nothing repeated',
  4: 'Same when the insert shifts vendor pages',
  5: 'Empty page + next token does not end the read',
  6: 'Vendor token expired: our cursor still resumes',
  7: 'Kill the socket at every event, resume with the last cursor: no loss, no duplicate',
  8: 'Slow vendor history, then live: no gap',
  9: 'Job ends 1 s before its last 50 lines arrive: all come before `LogStreamEnd`',
  10: 'Subscribe while PENDING: waits',
  11: 'New attempt mid-tail: old drained, new joins',
  12: "Many subscribers, one job = 1 poller's upstream calls; other credential = other poller",
  13: 'Stalled reader: bounded memory, reported, others unaffected',
  14: 'Last unsubscribe stops the poller within one interval',
  15: 'Two sources, one 100x busier, one silent: right order, no starvation, no loss',
  16: 'ESC, `\\r` progress, NUL, lone surrogate, invalid UTF-8 split at a chunk edge, 1 MB line',
} as const;

type Point = keyof typeof POINTS;

/** The name of a point's tests. */
export function point(number: Point): string {
  return `${number}. ${POINTS[number]}`;
}

export const NUMBERS: readonly Point[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
