import type { SandboxLine } from '../types.ts';

export const SERVICES = ['PARTITIONER', 'ASSEMBLER', 'TASKRUNNER'] as const;
export type ByteNiteService = (typeof SERVICES)[number];

export const LEVELS = ['UNKNOWN', 'TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL', 'PANIC'] as const;
export type ByteNiteLevel = (typeof LEVELS)[number];

/** A line with ByteNite's own fields. `step` is a service (default: TASKRUNNER), `task` a task id. */
export interface ByteNiteLine extends SandboxLine {
  /** Overrides `severity`. */
  readonly level?: ByteNiteLevel;
  readonly container?: string;
}

/** The task of lines that name none. */
export const DEFAULT_TASK = '3f0c9a52-7d1e-4b1a-9c56-0d8e2f4a7b10';

const LEVEL_OF_SEVERITY: Readonly<Record<NonNullable<SandboxLine['severity']>, ByteNiteLevel>> = {
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARN',
  error: 'ERROR',
  fatal: 'FATAL',
};

const CONTAINER_OF_SERVICE: Readonly<Record<ByteNiteService, string>> = {
  PARTITIONER: 'partitioner',
  ASSEMBLER: 'assembler',
  TASKRUNNER: 'app',
};

export function levelOf(line: ByteNiteLine): ByteNiteLevel {
  return line.level ?? LEVEL_OF_SEVERITY[line.severity ?? 'info'];
}

export function containerOf(line: ByteNiteLine): string {
  return line.container ?? CONTAINER_OF_SERVICE[serviceOf(line)];
}

function serviceOf(line: SandboxLine): ByteNiteService {
  const named = line.step ?? 'TASKRUNNER';
  const service = SERVICES.find((name) => name === named);
  if (service === undefined) throw new Error(`ByteNite has no step ${JSON.stringify(named)}: ${SERVICES.join(', ')}.`);
  return service;
}

/** The group of a line in an answer: a service, or a task of TASKRUNNER. */
export function groupOf(line: SandboxLine): string {
  const service = serviceOf(line);
  return service === 'TASKRUNNER' ? `TASKRUNNER/${line.task ?? DEFAULT_TASK}` : service;
}

export function taskOfGroup(group: string): string | null {
  return group.startsWith('TASKRUNNER/') ? group.slice('TASKRUNNER/'.length) : null;
}
