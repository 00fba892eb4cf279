/**
 * The places of runs' lines by the documented rule, written independently of the reader: a line is at its own time,
 * unless that is further from its run than the span and than this many runs of the list reach.
 */
export interface OracleRun {
  readonly id: string;
  readonly scheduled: bigint;
  readonly executed: bigint;
  /** Times of its lines. */
  readonly lines: readonly bigint[];
}

export interface OraclePlace {
  readonly time: bigint;
  readonly tie: string;
  /** True: its place is not the one that its own time says. */
  readonly displaced: boolean;
}

/** `runs` in the order of the vendor's list, oldest first. */
export function placesOf(runs: readonly OracleRun[], span: bigint, neighbours: number): OraclePlace[] {
  return runs.flatMap((run, index) => {
    const older = runs.slice(Math.max(0, index - neighbours), index);
    const newer = runs.slice(index + 1, index + 1 + neighbours);
    const low =
      older.length < neighbours ? null : min([run.executed - span, run.scheduled + 2n * span, ...older.map(latest)]);
    const high =
      newer.length < neighbours ? null : max([run.scheduled + 2n * span, ...newer.map(earliest), run.scheduled]);
    return run.lines.map((line, number) => {
      const notBefore = low !== null && line < low ? low : line;
      const time = high !== null && notBefore > high ? high : notBefore;
      return { time, tie: `${run.id}.${String(number).padStart(4, '0')}`, displaced: time !== line };
    });
  });
}

function latest({ scheduled, executed }: OracleRun): bigint {
  return max([scheduled, executed]);
}

function earliest({ scheduled, executed }: OracleRun): bigint {
  return min([scheduled, executed]);
}

function min(values: readonly bigint[]): bigint {
  return values.reduce((a, b) => (a < b ? a : b));
}

function max(values: readonly bigint[]): bigint {
  return values.reduce((a, b) => (a > b ? a : b));
}
