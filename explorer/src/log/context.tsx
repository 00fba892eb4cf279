/** The lines around a line, whatever filter found it. */
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { asApiError, isAbort, request } from '../api/request.ts';
import type { ApiError } from '../api/request.ts';
import { ContextDocument } from '../graphql/generated/graphql.ts';
import type { ContextQuery } from '../graphql/generated/graphql.ts';
import { useActions } from '../keys/use-actions.ts';
import { alsoHidden, isFiltered, navigate, NO_LINE_FILTER, usePlace } from '../state/view.ts';
import { clock } from '../ui/time.ts';
import { keepInPlace } from './keep-in-place.ts';
import { likenessOf, selectedText } from './likeness.ts';
import type { LogLine } from './line.ts';
import { timeOf } from './placement.ts';
import { shownText } from './plain-text.ts';

type Lines = NonNullable<ContextQuery['logContext']>;

const FIRST = 5;
const MORE = 20;
const MOST = 105;
/** Of a long line, its beginning is enough here. */
const SHOWN_CHARACTERS = 400;

interface ContextProps {
  readonly line: LogLine;
  readonly zone: 'local' | 'utc';
  /** What else can be done with the line. */
  readonly children: ReactNode;
}

export function Context({ line, zone, children }: ContextProps): ReactNode {
  const { view } = usePlace();
  const [size, setSize] = useState<number | null>(null);
  const jobs = view.jobs.length > 1 ? view.jobs : null;
  const { lines, isLoading, error } = useContextLines(line.id, jobs, size);
  const show = (lines: number): void => {
    keepInPlace(line.id);
    setSize(lines);
  };
  useActions({
    context: () => {
      show(size ?? FIRST);
    },
    hide: () => {
      hideLike(line);
    },
  });
  return (
    <section className="details-part" aria-label="Lines around this line">
      <div className="context-tools">
        {children}
        {size === null && (
          <button
            type="button"
            className="button button-small"
            onClick={() => {
              show(FIRST);
            }}
          >
            Lines around it
          </button>
        )}
        <button
          type="button"
          className="button button-small"
          title={`Hide lines with “${likenessOf(line.message)}”`}
          onClick={() => {
            hideLike(line);
          }}
        >
          Hide lines like it
        </button>
        {isFiltered(view) && (
          <button
            type="button"
            className="button button-small"
            onClick={() => {
              navigate({ ...NO_LINE_FILTER, line: line.id, at: timeOf(line) }, { readAgain: true });
            }}
          >
            Show in the whole log
          </button>
        )}
      </div>
      {size !== null && <h2 className="context-title">Lines around it, without filters</h2>}
      {lines !== null && (
        <ol className="context">
          {lines.nodes.map((near) => (
            <li key={near.id} className={near.id === line.id ? 'context-line context-this' : 'context-line'}>
              <span className="line-time">{clock(near.timestamp, zone)}</span>
              <span className={`context-text severity-text-${near.severity.toLowerCase()}`}>
                <bdi>{shownText(near.message.slice(0, SHOWN_CHARACTERS)).trimEnd()}</bdi>
              </span>
            </li>
          ))}
        </ol>
      )}
      {lines !== null &&
        size !== null &&
        size < MOST &&
        (lines.pageInfo.hasNextPage || lines.pageInfo.hasPreviousPage) && (
          <button
            type="button"
            className="link"
            disabled={isLoading}
            onClick={() => {
              show(Math.min(MOST, size + MORE));
            }}
          >
            More lines
          </button>
        )}
      {size !== null && isLoading && lines === null && <p className="quiet">Loading lines…</p>}
      {lines?.failures.map(({ source, message }) => (
        <p key={`${source} ${message}`} className="note note-warn">
          {message}
        </p>
      ))}
      {error !== null && <p className="note note-warn">{error.message}</p>}
    </section>
  );
}

/** Leaves out lines with the selected text, or with what the line shares with others, and stays at its time. */
function hideLike(line: LogLine): void {
  navigate({ hide: alsoHidden(selectedText() ?? likenessOf(line.message)), line: null, at: timeOf(line) });
}

interface ContextState {
  readonly lines: Lines | null;
  readonly isLoading: boolean;
  readonly error: ApiError | null;
}

function useContextLines(id: string, jobs: readonly string[] | null, size: number | null): ContextState {
  const [state, setState] = useState<ContextState>({ lines: null, isLoading: true, error: null });
  const scope = jobs?.join(' ') ?? null;
  useEffect(() => {
    if (size === null) return undefined;
    const abort = new AbortController();
    setState((before) => ({ ...before, isLoading: true, error: null }));
    request(ContextDocument, { id, jobs: scope?.split(' ') ?? null, before: size, after: size }, abort.signal)
      .then(({ data, errors }) => {
        setState({ lines: data.logContext, isLoading: false, error: errors[0] ?? null });
      })
      .catch((error: unknown) => {
        if (!isAbort(error)) setState({ lines: null, isLoading: false, error: asApiError(error) });
      });
    return () => {
      abort.abort();
    };
  }, [id, scope, size]);
  return state;
}
