import { spacedTime, wholeSecond } from './timestamps.ts';
import type { SandboxLine } from '../types.ts';

/** An event of a run, as the service writes it into the run's text. */
export interface SapRunEvent {
  readonly time: bigint;
  readonly type: string;
  readonly text?: string;
  readonly code?: number | null;
}

/** A run before it has an id. */
export interface SapRunFields {
  readonly runText: string;
  readonly httpStatus: number | null;
  readonly runStatus: string;
  readonly runState: string;
  readonly scheduled: bigint;
  readonly executed: bigint | null;
  readonly completed: bigint | null;
}

export interface SapRun extends SapRunFields {
  readonly runId: string;
}

/** The facts of a run that a test or the demo gives; the rest follows from its state. */
export interface SapRunInput {
  readonly state: string;
  readonly scheduled: bigint;
  readonly executed?: bigint | null;
  readonly completed?: bigint | null;
  readonly httpStatus?: number | null;
  readonly text?: string;
  /** Written as JSON into the text; overrides `text`. */
  readonly events?: readonly SapRunEvent[];
}

const RUN_STATUS: Readonly<Record<string, string>> = {
  SCHEDULED: 'SCHEDULED',
  TRIGGERED: 'RUNNING',
  ACK_RECVD: 'RUNNING',
  ACK_NOT_RECVD: 'RUNNING',
};

const HTTP_STATUS: Readonly<Record<string, number | null>> = {
  SCHEDULED: null,
  TRIGGERED: null,
  ACK_RECVD: 202,
  ACK_NOT_RECVD: null,
  SUCCESS: 200,
  ERROR: 500,
  REQUEST_ERROR: 404,
  UNKNOWN: 202,
  TIMEOUT: null,
};

export function runFrom(input: SapRunInput): SapRunFields {
  const { state, events } = input;
  return {
    runText: events === undefined ? (input.text ?? '') : eventsText(events),
    httpStatus: input.httpStatus === undefined ? (HTTP_STATUS[state] ?? null) : input.httpStatus,
    runStatus: RUN_STATUS[state] ?? 'COMPLETED',
    runState: state,
    scheduled: wholeSecond(input.scheduled),
    executed: input.executed === undefined || input.executed === null ? null : wholeSecond(input.executed),
    completed: input.completed === undefined || input.completed === null ? null : wholeSecond(input.completed),
  };
}

/** A line becomes a run that was invoked and answered at that time. */
export function runOfLine(line: SandboxLine): SapRunFields {
  const time = wholeSecond(line.time);
  return runFrom({
    state: stateOf(line.severity),
    scheduled: time - 2_000_000_000n,
    executed: time,
    completed: time,
    text: line.message,
  });
}

/** The default sort key of the list; another setting sorts by scheduling time. */
export function runOrder(run: SapRunFields): bigint {
  return run.executed ?? run.scheduled;
}

function stateOf(severity: SandboxLine['severity']): string {
  if (severity === 'error' || severity === 'fatal') return 'ERROR';
  return severity === 'warn' ? 'UNKNOWN' : 'SUCCESS';
}

function eventsText(events: readonly SapRunEvent[]): string {
  return JSON.stringify(
    events.map(({ time, type, text = '', code = null }) => ({ time: spacedTime(time), type, text, code })),
  );
}
