import { TributaryError } from './errors.ts';

/** What one operation may use. */
export interface BudgetLimits {
  /** Calls of vendors that it starts. */
  readonly calls: number;
  /** Rows of connections that it shows. */
  readonly rows: number;
  /** Bytes of vendors' answers that are read whole. */
  readonly vendorBytes: number;
  /** Bytes of texts and attributes in its own answer. */
  readonly answerBytes: number;
}

/**
 * What is left for one operation. What goes beyond fails with UPSTREAM_BUDGET_EXCEEDED, which makes that field null; the others
 * are still there. A budget is charged for what the operation itself has caused, and never ends a call that others wait for.
 */
export class Budget {
  readonly #limits: BudgetLimits | null;
  #calls = 0;
  #rows = 0;
  #vendorBytes = 0;
  #answerBytes = 0;
  /** By their messages: a query that goes beyond may do so at thousands of fields, and each trace of the stack takes time. */
  readonly #errors = new Map<string, TributaryError>();

  /** Null: without limits, as for polls, which no client has asked for. */
  constructor(limits: BudgetLimits | null) {
    this.#limits = limits;
  }

  /** The same limits with nothing used: for the next event of a stream. */
  renewed(): Budget {
    return new Budget(this.#limits);
  }

  /** A call of a vendor is about to begin. */
  startCall(source: string): void {
    this.#calls += 1;
    if (this.#limits === null || this.#calls <= this.#limits.calls) return;
    throw this.#exceeded(
      `${source}: the query has made ${this.#limits.calls} calls of vendors, the most that it may.`,
      source,
    );
  }

  /** A vendor's answer has come. */
  receive(source: string, bytes: number): void {
    this.#vendorBytes += bytes;
    if (this.#limits === null || this.#vendorBytes <= this.#limits.vendorBytes) return;
    const message = `${source}: the query has read ${this.#limits.vendorBytes} bytes of vendors' answers, the most that it may.`;
    throw this.#exceeded(message, source);
  }

  /** Rows are about to be shown. */
  showRows(count: number): void {
    this.#rows += count;
    if (this.#limits === null || this.#rows <= this.#limits.rows) return;
    throw this.#exceeded(`The query shows ${this.#limits.rows} rows, the most that it may.`);
  }

  /** A value of that size is about to be part of the answer. What does not fit leaves its room to smaller ones. */
  showBytes(bytes: number): void {
    if (this.#limits !== null && this.#answerBytes + bytes > this.#limits.answerBytes) {
      throw this.#exceeded(
        `The answer would be over the limit of ${this.#limits.answerBytes} bytes. Ask for less, or use maxLength.`,
      );
    }
    this.#answerBytes += bytes;
  }

  /** What it has taken so far. */
  get used(): BudgetLimits {
    return {
      calls: this.#calls,
      rows: this.#rows,
      vendorBytes: this.#vendorBytes,
      answerBytes: this.#answerBytes,
    };
  }

  #exceeded(message: string, source?: string): TributaryError {
    const error = this.#errors.get(message) ?? new TributaryError('UPSTREAM_BUDGET_EXCEEDED', message, { source });
    this.#errors.set(message, error);
    return error;
  }
}

export const UNLIMITED = new Budget(null);
