import { fitting, shortened } from './answer.ts';
import { shownStart, truncate } from '../domain/ansi.ts';
import type { Edge, LogConnection, LogNode, SourceFailure } from '../federation/api.ts';
import { formatJob } from '../domain/job-reference.ts';
import { severityOf } from '../domain/severity.ts';

/** Most characters of a message that are shown. The command `export` has whole messages. */
const MOST_OF_A_MESSAGE = 2_000;

/** Longest job reference that tools accept, in characters. */
const MOST_OF_A_REFERENCE = 2_201;

export interface ShownLine {
  readonly id: string;
  readonly time: string;
  readonly severity: string;
  readonly job: string;
  readonly step?: string;
  readonly task?: string;
  readonly message: string;
  readonly messageIsCut?: true;
}

export interface ShownLines {
  readonly lines: readonly ShownLine[];
  readonly older: { readonly cursor: string | null; readonly more: boolean };
  readonly newer: { readonly cursor: string | null; readonly more: boolean };
  readonly failures: readonly ShownFailure[];
}

type ShownFailure = Pick<SourceFailure, 'source' | 'code' | 'message'>;

/**
 * A page of lines that is small enough to read. Lines that do not fit are dropped on the side `cut`, and the cursor on
 * that side leads to them.
 */
export async function shownPage(connection: LogConnection, cut: 'front' | 'back'): Promise<ShownLines> {
  const [edges, page, failures] = [await connection.edges(), await connection.pageInfo(), await connection.failures()];
  const rows = edges.map((edge) => ({ edge, line: shownLine(edge.node) }));
  const kept = fitting(rows, cut === 'back' ? 'front' : 'back', ({ line }) => JSON.stringify(line).length);
  const isCut = kept.length < rows.length;
  const cursorOf = (row: { readonly edge: Edge<LogNode> } | undefined): string | null => row?.edge.cursor ?? null;
  const isOlderCut = isCut && cut === 'front';
  const isNewerCut = isCut && cut === 'back';
  return {
    lines: kept.map(({ line }) => line),
    older: {
      cursor: isOlderCut ? cursorOf(kept[0]) : page.startCursor,
      more: isOlderCut || page.hasPreviousPage,
    },
    newer: {
      cursor: isNewerCut ? cursorOf(kept.at(-1)) : page.endCursor,
      more: isNewerCut || page.hasNextPage,
    },
    failures: shownFailures(failures),
  };
}

export function shownFailures(failures: readonly SourceFailure[]): readonly ShownFailure[] {
  return failures.slice(0, 20).map(({ source, code, message }) => ({ source, code, message: shortened(message) }));
}

function shownLine({ id, timestamp, severity, source, jobKey, stepKey, taskKey, message }: LogNode): ShownLine {
  const shown = shownStart(message, MOST_OF_A_MESSAGE + 1);
  return {
    id,
    time: timestamp,
    severity: severityOf(severity.number),
    // Not shortened, because tools accept it as an argument.
    job: shortened(formatJob({ source, key: jobKey }), MOST_OF_A_REFERENCE),
    ...(stepKey === null ? {} : { step: shortened(stepKey) }),
    ...(taskKey === null ? {} : { task: shortened(taskKey) }),
    message: truncate(shown, MOST_OF_A_MESSAGE),
    ...(shown.length > MOST_OF_A_MESSAGE ? { messageIsCut: true as const } : {}),
  };
}
