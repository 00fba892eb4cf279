import { TributaryError } from './errors.ts';
import type { HeldShare } from './held-bytes.ts';

/** The resources that one operation may use. */
export interface BudgetLimits {
  /** Calls that it makes to vendors. */
  readonly calls: number;
  /** Rows of connections that it returns. */
  readonly rows: number;
  /** Bytes of vendors' answers that it reads as a whole. */
  readonly vendorBytes: number;
  /** Bytes of texts and attributes in its own answer. */
  readonly answerBytes: number;
}

/** What a field without a long text takes in an answer, about. */
const BYTES_OF_FIELD = 64;

const UNREAD = 'Too many answers wait until clients have read them. Read those, and ask again.';

const NO_ROOM =
  'Reads that are under way take all memory that there is for one caller. Ask for smaller pages or fewer jobs.';

/** Fields with an error of their own, of those that exceed a budget. */
const MOST_REFUSALS = 100;

/**
 * The remaining budget of one operation. A field that exceeds it fails with UPSTREAM_BUDGET_EXCEEDED and becomes null;
 * other fields are unaffected. Only the operation's own work is charged, and a budget never ends a call that other
 * operations wait for.
 */
export class Budget {
  readonly #limits: BudgetLimits | null;
  readonly #held: HeldShare | null;
  #calls = 0;
  #rows = 0;
  #vendorBytes = 0;
  #answerBytes = 0;
  #refusals = 0;
  /** By message: thousands of fields of a query may exceed the budget, and each stack trace takes time. */
  readonly #errors = new Map<string, TributaryError>();

  /** Null: no limits, as for polls, which no client has requested. `held`: the memory that its answer takes until it is read. */
  constructor(limits: BudgetLimits | null, held: HeldShare | null = null) {
    this.#limits = limits;
    this.#held = limits === null ? null : held;
  }

  /** The same limits with nothing used: for the next event of a stream. The client has the one before. */
  renewed(): Budget {
    this.#held?.free();
    return new Budget(this.#limits, this.#held);
  }

  /** A call to a vendor is about to start. */
  startCall(source: string): void {
    this.#calls += 1;
    if (this.#limits === null || this.#calls <= this.#limits.calls) return;
    throw this.#exceeded(`${source}: the query has reached its limit of ${this.#limits.calls} vendor calls.`, source);
  }

  /** How many more calls the operation may make. */
  get callsLeft(): number {
    return this.#limits === null ? Infinity : Math.max(0, this.#limits.calls - this.#calls);
  }

  /** A vendor's answer has arrived. */
  receive(source: string, bytes: number): void {
    this.#vendorBytes += bytes;
    if (this.#limits === null || this.#vendorBytes <= this.#limits.vendorBytes) return;
    const message = `${source}: the query has reached its limit of ${this.#limits.vendorBytes} bytes of vendors' answers.`;
    throw this.#exceeded(message, source);
  }

  /** Rows with so many fields each are about to be returned. */
  showRows(count: number, fields = 1): void {
    this.#rows += count;
    if (this.#limits !== null && this.#rows > this.#limits.rows)
      throw this.#exceeded(`The query has reached its limit of ${this.#limits.rows} rows.`);
    this.hold(count * fields * BYTES_OF_FIELD);
  }

  /** A value of that size is about to be added to the answer. A value that does not fit takes no room from smaller ones. */
  showBytes(bytes: number): void {
    if (this.#limits !== null && this.#answerBytes + bytes > this.#limits.answerBytes) {
      throw this.#exceeded(
        `The answer would exceed the limit of ${this.#limits.answerBytes} bytes. Ask for less, or use maxLength.`,
      );
    }
    this.hold(bytes);
    this.#answerBytes += bytes;
  }

  /** A part of the answer takes so much memory until its client has read it. */
  hold(bytes: number): void {
    if (this.#held?.take(bytes) === false) throw this.#exceeded(UNREAD);
  }

  /** A read takes so much memory. Call `endRead` when it has ended. */
  holdRead(bytes: number): void {
    if (this.#held?.take(bytes) === false) throw this.#exceeded(NO_ROOM);
  }

  endRead(bytes: number): void {
    this.#held?.give(bytes);
  }

  /** True if so many fields have failed for it that further ones need no error of their own: errors take time. */
  get isKnownToBeOver(): boolean {
    return this.#refusals > MOST_REFUSALS;
  }

  /** What the operation has used so far. */
  get used(): BudgetLimits {
    return {
      calls: this.#calls,
      rows: this.#rows,
      vendorBytes: this.#vendorBytes,
      answerBytes: this.#answerBytes,
    };
  }

  #exceeded(message: string, source?: string): TributaryError {
    this.#refusals += 1;
    const error = this.#errors.get(message) ?? new TributaryError('UPSTREAM_BUDGET_EXCEEDED', message, { source });
    this.#errors.set(message, error);
    return error;
  }
}
