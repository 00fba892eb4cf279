import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { asApiError, isAbort, request } from '../api/request.ts';
import type { ApiError } from '../api/request.ts';
import { LineDetailsDocument } from '../graphql/generated/graphql.ts';
import type { LineDetailsQuery } from '../graphql/generated/graphql.ts';
import type { PartKind } from '../parts/part.ts';
import { choosePart, isChosen } from '../parts/selection.ts';
import type { PartName } from '../parts/selection.ts';
import { usePlace } from '../state/view.ts';
import type { View } from '../state/view.ts';
import { ago, clock, longDay } from '../ui/time.ts';
import { useNow } from '../ui/use-now.ts';
import { Attributes } from './attributes.tsx';
import { Context } from './context.tsx';
import { CopyButtons } from './copy-buttons.tsx';
import { Exceptions } from './exceptions.tsx';
import { stepOf, taskOf } from './line.ts';
import type { LogLine } from './line.ts';
import type { ShownJob } from './log-list.tsx';
import { mark } from './highlight.ts';
import { jsonPieces } from './json-text.ts';
import { piecesOf } from './plain-text.ts';
import { Pieces } from './pieces.tsx';

export type WholeLine = Extract<NonNullable<LineDetailsQuery['node']>, { readonly text: string }>;

interface LineDetailsProps {
  readonly line: LogLine;
  readonly job: ShownJob | undefined;
  readonly zone: 'local' | 'utc';
}

export function LineDetails({ line, job, zone }: LineDetailsProps): ReactNode {
  const { whole, error } = useWholeLine(line.id);
  const now = useNow();
  const { view } = usePlace();
  const facts: readonly (readonly [string, string | null, (PartName | null)?])[] = [
    [
      'Time',
      `${line.timestamp} (${longDay(line.timestamp, zone)} ${clock(line.timestamp, zone)} ${zone === 'utc' ? 'UTC' : 'local'}, ${ago(line.timestamp, now)})`,
    ],
    ['Placed at', line.placedAt],
    ['Severity', severityText(line)],
    ['Job', job === undefined ? null : `${job.name} (${job.source})`],
    [
      'Attempt',
      line.attemptNumber === null ? (line.attempt?.key ?? null) : String(line.attemptNumber),
      partOf('attempt', whole?.attempt),
    ],
    ['Step', stepOf(line), partOf('step', whole?.step)],
    ['Task', taskOf(line), partOf('task', whole?.task)],
  ];
  return (
    <div className="details">
      <Context line={line} zone={zone}>
        <CopyButtons line={line} whole={whole} job={job} />
      </Context>
      {whole !== null && line.messageTruncated && (
        <pre className="whole-message">
          <Pieces pieces={mark(piecesOf(whole.text.slice(0, MOST_SHOWN)), null)} />
          {whole.text.length > MOST_SHOWN &&
            `\n… ${(whole.text.length - MOST_SHOWN).toLocaleString('en')} more characters: copy the text to have them all.`}
        </pre>
      )}
      <JsonMessage message={whole?.text ?? line.message} />
      {whole !== null && <Exceptions exceptions={whole.exceptions} />}
      <dl className="line-facts">
        {facts.map(([name, value, part = null]) =>
          value === null || value === '' ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                {value}
                {part !== null && line.job !== null && (
                  <>
                    {'  '}
                    <PartFilter view={view} job={line.job.id} part={part} />
                  </>
                )}
              </dd>
            </div>
          ),
        )}
      </dl>
      {whole !== null && <Attributes attributes={whole.attributes} />}
      {whole === null && error === null && <p className="quiet">Loading attributes…</p>}
      {error !== null && <p className="note note-warn">{error.message}</p>}
    </div>
  );
}

function partOf(kind: PartKind, part: Omit<PartName, 'kind'> | null | undefined): PartName | null {
  return part ? { kind, key: part.key, id: part.id } : null;
}

function PartFilter({ view, job, part }: { view: View; job: string; part: PartName }): ReactNode {
  return (
    <button
      type="button"
      className="link fact-filter"
      onClick={() => {
        choosePart(view, job, part);
      }}
    >
      {isChosen(view, job, part) ? `All ${part.kind}s` : `Only this ${part.kind}`}
    </button>
  );
}

/** A message of a megabyte would make the page slow. */
const MOST_SHOWN = 100_000;

function severityText({ severity, severityText: native, severitySource }: LogLine): string {
  const said = native === null || native === '' || native === severity ? '' : `, “${native}”`;
  return `${severity}${said}${severitySource === 'INFERRED' ? ', read from the message' : ''}`;
}

function useWholeLine(id: string): { readonly whole: WholeLine | null; readonly error: ApiError | null } {
  const [state, setState] = useState<{ readonly whole: WholeLine | null; readonly error: ApiError | null }>({
    whole: null,
    error: null,
  });
  useEffect(() => {
    const abort = new AbortController();
    request(LineDetailsDocument, { id }, abort.signal)
      .then(({ data: { node }, errors }) => {
        const isThere = node !== null && 'text' in node;
        setState({
          whole: isThere ? (node as WholeLine) : null,
          error: errors[0] ?? (isThere ? null : asApiError(null)),
        });
      })
      .catch((error: unknown) => {
        if (!isAbort(error)) setState({ whole: null, error: asApiError(error) });
      });
    return () => {
      abort.abort();
    };
  }, [id]);
  return state;
}

/** A message that is one JSON object or list is laid out. */
function JsonMessage({ message }: { message: string }): ReactNode {
  const text = message.trim();
  if (!/^[{[]/.test(text) || text.length > MOST_SHOWN) return null;
  try {
    const laidOut = JSON.stringify(JSON.parse(text), null, 2);
    return (
      <pre className="json">
        <Pieces pieces={mark(jsonPieces(piecesOf(laidOut)), null)} />
      </pre>
    );
  } catch {
    // It only looks like JSON.
    return null;
  }
}
