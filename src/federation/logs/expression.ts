import { LRUCache } from 'lru-cache';
import { RE2JS } from 're2js';
import { TributaryError } from '../../domain/errors.ts';
import { badInput } from '../arguments.ts';
import { sizeOfExpression } from './expression-size.ts';

/**
 * What `matches` asks of a text. RE2 takes time that grows with the text alone, but for some expressions that is a millisecond
 * for every few characters: they must not hold up all others.
 */
export interface Expression {
  /** Throws UPSTREAM_BUDGET_EXCEEDED where it would take too long. */
  test(text: string): boolean;
}

/** Longest expression, characters. */
const MAX_LENGTH = 512;

/** Most instructions that it is compiled to: `{1,500}` makes many of a few characters. */
const MAX_INSTRUCTIONS = 500;

/** With more of them one look at a text may take long, whatever the text. */
const FEW_INSTRUCTIONS = 100;

/** Instructions × characters that never take long. More of them are looked at in growing parts, to see how fast it goes. */
const SHORT_STEPS = 50_000;
const FIRST_PART = 512;

/** Most for the next part. Those before it take as long together, and nothing else has its turn in between. */
const MOST_MILLISECONDS = 40;

/** Slow is what takes longer than that, and longer for a character than looking through a long text does. */
const SLOW = { milliseconds: 10, perCharacter: 0.000_2 };

/** What all slow expressions together may take: so much at once, and so much in a second. */
const ALLOWED = { milliseconds: 200, perSecond: 20 };

/** Each holds up to eight megabytes. */
const KEPT = 16;

/** The expressions of a process, each compiled once. */
export class Expressions {
  readonly #compiled = new LRUCache<string, Judge>({ max: KEPT });
  readonly #now: () => number;
  readonly #worked: () => number;
  #left = ALLOWED.milliseconds;
  #at: number;

  /** Milliseconds that have passed, and that this process has worked: others may use the machine, too. */
  constructor(now: () => number = () => performance.now(), worked: () => number = cpuMilliseconds) {
    this.#now = now;
    this.#worked = worked;
    this.#at = now();
  }

  /** Throws BAD_USER_INPUT for what is none, or too large. */
  of(text: string): Expression {
    const judge = this.#compiled.get(text) ?? new Judge(compile(text), this);
    this.#compiled.set(text, judge);
    return judge;
  }

  /** Is there time for slow ones? */
  hasTime(): boolean {
    const now = this.#now();
    this.#left = Math.min(ALLOWED.milliseconds, this.#left + ((now - this.#at) / 1_000) * ALLOWED.perSecond);
    this.#at = now;
    return this.#left > 0;
  }

  /** Looks through so many characters: what is slow is taken from the time of all. */
  timed(characters: number, look: () => boolean): Look {
    const begun = this.#worked();
    const found = look();
    const milliseconds = this.#worked() - begun;
    const isSlow = milliseconds > SLOW.milliseconds && milliseconds > characters * SLOW.perCharacter;
    if (isSlow) this.#left -= milliseconds;
    return { found, milliseconds, isSlow };
  }
}

interface Look {
  readonly found: boolean;
  readonly milliseconds: number;
  readonly isSlow: boolean;
}

function cpuMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Those of this process. */
export const expressions = new Expressions();

class Judge implements Expression {
  readonly #compiled: RE2JS;
  readonly #all: Expressions;
  readonly #instructions: number;
  #isSlow: boolean;

  constructor(compiled: RE2JS, all: Expressions) {
    this.#compiled = compiled;
    this.#all = all;
    this.#instructions = compiled.programSize();
    this.#isSlow = this.#instructions > FEW_INSTRUCTIONS;
  }

  test(text: string): boolean {
    if (this.#isSlow && !this.#all.hasTime()) throw tooSlow();
    if (text.length * this.#instructions < SHORT_STEPS) return this.#compiled.test(text);
    this.#seeHowFast(text);
    return this.#look(text).found;
  }

  /** Looks at more and more of it. What the last part took says what the next one, twice as long, will take. */
  #seeHowFast(text: string): void {
    for (let part = FIRST_PART; part < text.length; part *= 2) {
      const { milliseconds } = this.#look(text.slice(0, part));
      if (milliseconds * Math.min(2, text.length / part) > MOST_MILLISECONDS) throw tooSlow();
    }
  }

  #look(text: string): Look {
    const looked = this.#all.timed(text.length, () => this.#compiled.test(text));
    this.#isSlow ||= looked.isSlow;
    return looked;
  }
}

function tooSlow(): TributaryError {
  return new TributaryError(
    'UPSTREAM_BUDGET_EXCEEDED',
    'filter.matches takes too long on these lines. Use a simpler expression, with smaller repetitions, or filter.contains.',
  );
}

function compile(expression: string): RE2JS {
  if (expression.length > MAX_LENGTH)
    throw badInput(`filter.matches has ${expression.length} characters; at most ${MAX_LENGTH} are allowed.`);
  if (sizeOfExpression(expression) > MAX_INSTRUCTIONS) throw tooLarge();
  const compiled = parse(expression);
  if (compiled.programSize() > MAX_INSTRUCTIONS) throw tooLarge();
  return compiled;
}

function tooLarge(): TributaryError {
  return badInput('filter.matches is too large: repetitions such as {1,500} count as often as they repeat.');
}

function parse(expression: string): RE2JS {
  try {
    return RE2JS.compile(expression);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'it does not parse';
    throw badInput(`filter.matches is not an RE2 regular expression (no look-around, no back-references): ${reason}.`);
  }
}
