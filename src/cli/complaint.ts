import type { ErrorCode } from '../domain/errors.ts';
import { terminalCell } from '../domain/terminal-text.ts';

/** An error, or a failure that a connection lists. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly source?: string | null | undefined;
}

/** A failure as one line for people: what every other surface says of it, and the command that shows what there is. */
export function complaintOf({ code, message, source }: Failure): string {
  const wayOut = code === 'NOT_FOUND' ? ` See \`${commandFor(source ?? null)}\`.` : '';
  return `${code}: ${terminalCell(message)}${wayOut}\n`;
}

function commandFor(source: string | null): string {
  return source === null ? 'tributary sources' : `tributary jobs --source ${source}`;
}
