import type { Span, SpanFacts } from '../../domain/span.ts';

/** One vendor call of an operation. Never a URL: the route is a template. */
export interface ExplainedCall {
  readonly source: string;
  readonly route: string;
  /** `ok`, or the code of the error. */
  outcome: string;
  /** From the start of the operation. */
  readonly startMilliseconds: number;
  durationMilliseconds: number | null;
  /** Null: no HTTP answer arrived. */
  httpStatus: number | null;
  /** How often the request was sent again. */
  retries: number;
}

/** The most calls that are listed. */
const MOST_CALLS = 500;

/** What an answer, or one part of it, shows of the calls. */
export interface ShownCalls {
  readonly calls: readonly ExplainedCall[];
  /** Calls beyond `MOST_CALLS`. */
  readonly omittedCalls: number;
}

/**
 * Records the vendor calls of one operation to sources that its caller may see explained, and passes everything on to the span
 * that the operation has anyway.
 */
export class RecordedCalls {
  readonly #begun = performance.now();
  readonly #isShown: (source: string) => boolean;
  #calls: ExplainedCall[] = [];
  #omitted = 0;

  constructor(isShown: (source: string) => boolean) {
    this.#isShown = isShown;
  }

  /** Gives each call once. Those under way are left for the next part of the answer, unless this is the last part. */
  take(isLast: boolean): ShownCalls {
    const isOver = ({ durationMilliseconds }: ExplainedCall): boolean => isLast || durationMilliseconds !== null;
    const taken = { calls: this.#calls.filter(isOver), omittedCalls: this.#omitted };
    this.#calls = this.#calls.filter((call) => !isOver(call));
    this.#omitted = 0;
    return taken;
  }

  /** A span that records the calls that are made within it. */
  within(inner: Span): Span {
    return {
      begin: (name, facts, kind) => {
        const child = inner.begin(name, facts, kind);
        const isShown = kind === 'client' && this.#isShown(String(facts['tributary.source']));
        return isShown ? this.#recording(child, name, facts) : this.within(child);
      },
      note: (facts) => {
        inner.note(facts);
      },
      end: (errorCode) => {
        inner.end(errorCode);
      },
      traceparent: inner.traceparent,
    };
  }

  #recording(inner: Span, route: string, facts: SpanFacts): Span {
    const begun = performance.now();
    const call: ExplainedCall = {
      source: String(facts['tributary.source'] ?? ''),
      route,
      outcome: 'under way',
      startMilliseconds: Math.round(begun - this.#begun),
      durationMilliseconds: null,
      httpStatus: null,
      retries: 0,
    };
    if (this.#calls.length < MOST_CALLS) this.#calls.push(call);
    else this.#omitted += 1;
    return {
      ...this.within(inner),
      note: (noted) => {
        const { 'http.response.status_code': status, 'http.request.resend_count': resent } = noted;
        if (typeof status === 'number') call.httpStatus = status;
        if (typeof resent === 'number') call.retries = resent;
        inner.note(noted);
      },
      end: (errorCode) => {
        call.outcome = errorCode ?? 'ok';
        call.durationMilliseconds = Math.round(performance.now() - begun);
        inner.end(errorCode);
      },
    };
  }
}
