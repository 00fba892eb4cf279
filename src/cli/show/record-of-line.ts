import type { LineRecordFragment } from '../graph/generated/graphql.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { LogRecord } from '../../export/record.ts';

/** A line of the graph as an export has it, with the message as it came. */
export function recordOf({ job, attempt, step, task, attributes, ...line }: LineRecordFragment): LogRecord {
  return {
    id: line.id,
    // What a line says of its job without a call is always there.
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
    // The graph's scalar for it has no shape.
    attributes: attributes as JsonObject | null,
  };
}
