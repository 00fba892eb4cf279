import type { LineRecordFragment } from '../graph/generated/graphql.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { LogRecord } from '../../export/record.ts';

/** Converts a line of the graph to an export record, with the message unchanged. */
export function recordOf({ job, attempt, step, task, attributes, ...line }: LineRecordFragment): LogRecord {
  return {
    id: line.id,
    // These fields need no call, so they are always present.
    source: job?.source.name ?? '',
    job: job?.key ?? '',
    attempt: attempt?.key ?? null,
    step: step?.key ?? null,
    task: task?.key ?? null,
    timestamp: line.timestamp,
    severity: line.severity,
    severityNumber: line.severityNumber,
    severityText: line.severityText,
    message: line.message,
    exceptions: line.exceptions,
    // The graph's scalar does not determine a type.
    attributes: attributes as JsonObject | null,
  };
}
