import type { Call } from '../../domain/call.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { Span, SpanFacts } from '../../domain/span.ts';

/** The span of a lazy list: it begins when a part of the list is first read, and ends when no read is pending. */
export class ListStep {
  readonly #open: () => Span;
  #span: Span | null = null;
  #waiting = 0;
  #errorCode: string | null = null;
  /** The call to read the list with. */
  readonly call: Call;

  constructor(call: Call, name: string, facts: SpanFacts) {
    this.#open = () => (this.#span ??= call.span.begin(name, facts));
    const open = this.#open;
    this.call = {
      ...call,
      span: {
        begin: (...step) => open().begin(...step),
        note: (more) => {
          open().note(more);
        },
        end: () => undefined,
        get traceparent() {
          return open().traceparent;
        },
      },
    };
  }

  /** Reads a part of the list, and notes facts about it in the span. */
  async read<T>(ask: () => Promise<T>, tell: (part: T) => SpanFacts = () => ({})): Promise<T> {
    const span = this.#open();
    this.#waiting += 1;
    try {
      const part = await ask();
      span.note(tell(part));
      return part;
    } catch (error) {
      this.#errorCode = codeOf(error);
      throw error;
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0) span.end(this.#errorCode);
    }
  }
}

function codeOf(error: unknown): string {
  return error instanceof TributaryError ? error.code : 'INTERNAL_SERVER_ERROR';
}
