import type { LogRow } from '../shared/entries.ts';
import type { Job, Task } from '../../domain/job.ts';
import type { JsonObject } from '../../domain/json.ts';
import { NO_SEVERITY } from '../../domain/severity.ts';
import type { Severity } from '../../domain/severity.ts';
import { isFinished } from '../../domain/status.ts';
import { parseInstant } from '../../domain/time.ts';
import type { Unplaced } from '../../pagination/core/partition.ts';
import { present } from '../shared/wire.ts';
import { SEVERITY_NUMBERS, statusOf } from './facts.ts';
import { isTemplate, renderTemplate } from './logs/template.ts';
import type { TaskLogWire, TaskWire } from './wire.ts';

export function jobOf(task: TaskWire, source: string): Job {
  return {
    source,
    key: task.id,
    ...commonOf(task),
    attributes: attributesOf(task),
    changedAt: task.audit?.updated?.text,
  };
}

export function taskOf(task: TaskWire): Task {
  const common = commonOf(task);
  const created = common.createdAt === null ? null : parseInstant(common.createdAt);
  return { ...common, key: task.id, time: created?.nanoseconds ?? 0n, tie: task.id, attemptKey: null, stepKey: null };
}

type Common = Pick<Job, 'name' | 'status' | 'nativeStatus' | 'createdAt' | 'startedAt' | 'finishedAt'>;

/**
 * Audit has the last event of each kind, possibly of an earlier try. So an end counts only if the task has ended, and a
 * start does not count while the task waits for its first try.
 */
function commonOf({ id, name, status: native, audit }: TaskWire): Common {
  const status = statusOf(native);
  const ended = status === 'FAILED' ? audit?.failed : audit?.completed;
  return {
    name: name ?? id,
    status,
    nativeStatus: native,
    createdAt: audit?.created?.text ?? null,
    startedAt: native === 'Queued' || native === 'Blocked' ? null : (audit?.started?.text ?? null),
    finishedAt: isFinished(status) ? (ended?.text ?? null) : null,
  };
}

/**
 * Omits the parameters, the result's address, the owner and the accounts, because they may identify people or reveal
 * how a task works.
 */
function attributesOf({ code, queue, description, object, parent, progress, eta }: TaskWire): JsonObject | null {
  return present({
    code,
    queue,
    description,
    object: object?.id ?? null,
    parent: parent?.id ?? null,
    progress,
    eta,
  });
}

/** `taskKey` is null for a line of the job's own log. */
export function entryOf(log: TaskLogWire, taskKey: string | null): Unplaced<LogRow> {
  const template = log.message ?? '';
  return {
    logId: log.id,
    time: log.timestamp.nanoseconds,
    timestamp: log.timestamp.text,
    severity: severityOf(log.severity),
    message: renderTemplate(template, log.parameters),
    exceptions: [],
    attributes: present({
      template: isTemplate(template) ? template : null,
      parameters: log.parameters,
      progress: log.progress,
      eta: log.eta,
    }),
    attemptKey: null,
    stepKey: null,
    taskKey,
  };
}

/** An unknown severity has no number, but keeps its text. */
function severityOf(text: string | null): Severity {
  if (text === null) return NO_SEVERITY;
  const number = Object.hasOwn(SEVERITY_NUMBERS, text) ? (SEVERITY_NUMBERS[text] ?? 0) : 0;
  return { number, text, source: 'VENDOR' };
}
