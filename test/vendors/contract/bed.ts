import fc from 'fast-check';
import type { LogSeverity } from '../../../src/domain/severity.ts';
import type { Doubts } from '../../../src/sandbox/doubts.ts';
import type { RecordedCall, SandboxLine, SimulatedVendor } from '../../../src/sandbox/types.ts';
import type { VendorDefinition } from '../../../src/vendors/connector.ts';

/** 2026-02-27T22:57:01Z, a whole second: the coarsest clock of a vendor. */
export const START = 1_772_233_021_000_000_000n;

/** A line as it is drawn, before a vendor's clock and names. */
export interface Line {
  /** Which instant, in the bed's own spacing. */
  readonly slot: number;
  /** Nanoseconds behind it: more than most vendors keep. */
  readonly fine: bigint;
  readonly text: string;
  readonly severity: NonNullable<SandboxLine['severity']>;
  /** Which of the bed's steps and tasks. */
  readonly step: number;
  readonly task: number;
}

/** What the log must hold for a line that was written: what our words for it are, at the vendor's own clock. */
export interface Expected {
  readonly time: bigint;
  readonly message: string;
  readonly severity: LogSeverity;
  readonly step: string | null;
  readonly task: string | null;
}

/** A vendor as it behaves in one dialect, empty. */
export interface Instance {
  readonly simulation: SimulatedVendor;
  /** What a source of this instance says in the configuration beside its auth: small page sizes, workspaces. */
  readonly options: Readonly<Record<string, unknown>>;
  /**
   * True: it is read by the times that its rows show. Then a row with a wrong time can hide other rows of that time.
   */
  readonly byTime?: boolean;
  /** True: each answer has all lines, so all of them are cut if they do not fit together. */
  readonly cutsWhole?: boolean;
  createJob(name?: string): string;
  /** Writes the lines, and returns what the job's log must have for them. */
  write(key: string, lines: readonly Line[]): readonly Expected[];
  /** Voids everything that the vendor gave out and may forget: access tokens, page tokens. */
  expire(): void;
  /** Retention: deletes the lines before that time. Left out: the vendor keeps its lines. */
  forget?(time: bigint): void;
  /** Makes the parts of a job that lines alone do not make. */
  addParts?(key: string): void;
}

/** One vendor's place in the contract: what the laws need to know of it, and nothing of how it is read. */
export interface Bed {
  readonly definition: VendorDefinition;
  /** Nanoseconds between two instants. */
  readonly spacing: bigint;
  /** Lines of one instant that a native page does not hold. */
  readonly crowd: number;
  /** An instance of a random dialect each time it is asked; prints itself. */
  readonly dialects: fc.Arbitrary<() => Instance>;
  /** Instances whose hints are wrong, named by what else changes how they are paged. Pages have 10 rows by default. */
  readonly doubtful: Readonly<Record<string, (doubts: Partial<Doubts>, pageSize?: number) => Instance>>;
  /** More such instances, of which only some hints can be wrong: the total, the length of pages, and flags. */
  readonly counting?: Bed['doubtful'];
  /** Instances that differ from what the connector assumes about unknown facts, named by the difference. */
  readonly unknown: Readonly<Record<string, () => Instance>>;
  /** Lines on a native page of such an instance; null: it has no pages. */
  readonly doubtfulPage: number | null;
  /** Answers that say that there are no lines, no jobs, and no such job. */
  readonly empty: Readonly<Record<'logs' | 'jobs' | 'job', readonly unknown[]>>;
  /** Answers without rows that say that there are some. */
  readonly promised: Readonly<Record<'logs' | 'jobs', readonly unknown[]>>;
  /** True if the vendor may be a service of any kind: words beside an empty list are then no error. */
  readonly takesWords?: true;
  /**
   * Why no field of a line can be altered: logs are text and no JSON. The laws that alter fields of lines are left out.
   */
  readonly textLogs?: string;
  /** The native page size of a log call; null: it has none. */
  nativeSize(call: RecordedCall): number | null;
  /** What every path that the vendor is asked for looks like, undecoded. */
  readonly paths: RegExp;
  /** True: each of its instances is read by the times that its rows show. */
  readonly byTime?: true;
  /** Well-formed keys of jobs that are not there. */
  readonly unknownJobs: readonly string[];
  /** True: each job by key costs a separate call. False: one call asks for many jobs, and they fail together. */
  readonly jobsFailAlone: boolean;
}

/** An arbitrary of instances out of one of settings, which counterexamples show. */
export function dialectsOf<S>(settings: fc.Arbitrary<S>, create: (settings: S) => Instance): Bed['dialects'] {
  return settings.map((drawn) =>
    Object.assign(() => create(drawn), { [fc.toStringMethod]: () => `dialect ${fc.stringify(drawn)}` }),
  );
}

/** The instant of a line, cut to a clock of that many nanoseconds. */
export function timeOf(line: Line, spacing: bigint, clock: bigint): bigint {
  const time = START + BigInt(line.slot) * spacing + line.fine;
  return time - (time % clock);
}

/** What a vendor with the five levels of the sandbox makes of them. */
export const LEVELS: Readonly<Record<Line['severity'], LogSeverity>> = {
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARN',
  error: 'ERROR',
  fatal: 'FATAL',
};

/** The `index`th of a list, over and over. */
export function pick<T>(list: readonly T[], index: number): T {
  const found = list[index % list.length];
  if (found === undefined) throw new Error('Nothing to pick from.');
  return found;
}
