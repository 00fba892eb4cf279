import { namedAs } from '../../domain/argument-names.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import { terminalCell } from '../../domain/terminal-text.ts';

/** An error, or a failure listed by a connection. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly source?: string | null | undefined;
}

/** A failure as one line for people: its message, the job that the user probably meant, and a command that helps. */
export function complaintOf({ code, message, source }: Failure, nearest: string | null = null): string {
  const meant = nearest === null ? '' : ` Did you mean ${terminalCell(nearest)}?`;
  return `${code}: ${terminalCell(namedAs(message, optionOf))}${meant}${wayOut(code, source ?? null)}\n`;
}

/** The options whose names differ from those of the graph's arguments. */
const OPTIONS: Readonly<Record<string, string>> = {
  severityIn: 'severity',
  attemptIn: 'attempt',
  stepIn: 'step',
  taskIn: 'task',
  parts: 'part',
};

function optionOf(argument: string): string {
  const name = OPTIONS[argument] ?? argument;
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function wayOut(code: ErrorCode, source: string | null): string {
  if (code === 'NOT_FOUND') return ` See \`${commandFor(source)}\`.`;
  return code === 'UNAUTHENTICATED' ? " Send a key or token with --header 'Authorization: Bearer ${NAME}'." : '';
}

function commandFor(source: string | null): string {
  return source === null ? 'tributary sources' : `tributary jobs --source ${source}`;
}
