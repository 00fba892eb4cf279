import { LRUCache } from 'lru-cache';
import { atMost } from '../../domain/at-most.ts';
import { RE2JS } from 're2js';
import { TributaryError } from '../../domain/errors.ts';
import { badInput } from '../arguments.ts';
import { sizeOfExpression } from './expression-size.ts';

/**
 * A compiled `matches` filter. RE2's time is linear in the text, but some expressions take a millisecond for every few
 * characters. A slow expression must not delay other operations.
 */
export interface Expression {
  /** Throws UPSTREAM_BUDGET_EXCEEDED if it would take too long. */
  test(text: string): boolean;
}

/** Longest expression, in characters. */
const MAX_LENGTH = 512;

/** Most instructions that an expression may compile to: `{1,500}` makes many out of a few characters. */
const MAX_INSTRUCTIONS = 500;

/** Above this number of instructions, one test of any text may be slow. */
const FEW_INSTRUCTIONS = 100;

/**
 * Up to this product of instructions and characters, a test is never slow. A longer text is first tested in growing
 * parts, to measure the speed.
 */
const SHORT_STEPS = 50_000;
const FIRST_PART = 512;

/** Longest predicted time for the next part. The parts before it take as long together, and nothing else runs in between. */
const MOST_MILLISECONDS = 40;

/** A test is slow if it exceeds both: `milliseconds` in total, and `perCharacter`, which scanning a long text takes. */
const SLOW = { milliseconds: 10, perCharacter: 0.000_2 };

/** Time budget for all slow expressions together: how much at once, and how much is regained per second. */
const ALLOWED = { milliseconds: 200, perSecond: 20 };

/** Compiled expressions to keep; each takes up to eight megabytes. */
const KEPT = 16;

/** The expressions of a process, each compiled once. */
export class Expressions {
  readonly #compiled = new LRUCache<string, Judge>(atMost(KEPT));
  readonly #now: () => number;
  readonly #cpuTime: () => number;
  #left = ALLOWED.milliseconds;
  #at: number;

  /** `now`: elapsed milliseconds. `cpuTime`: CPU milliseconds of this process, because other processes share the machine. */
  constructor(now: () => number = () => performance.now(), cpuTime: () => number = cpuMilliseconds) {
    this.#now = now;
    this.#cpuTime = cpuTime;
    this.#at = now();
  }

  /** Throws BAD_USER_INPUT if the text is not an expression or is too large. */
  of(text: string): Expression {
    const judge = this.#compiled.get(text) ?? new Judge(compile(text), this);
    this.#compiled.set(text, judge);
    return judge;
  }

  /** True if slow expressions have budget left. */
  hasTime(): boolean {
    const now = this.#now();
    this.#left = Math.min(ALLOWED.milliseconds, this.#left + ((now - this.#at) / 1_000) * ALLOWED.perSecond);
    this.#at = now;
    return this.#left > 0;
  }

  /** Runs a test of `characters` characters and, if it was slow, subtracts its time from the common budget. */
  timed(characters: number, look: () => boolean): MatchTry {
    const begun = this.#cpuTime();
    const found = look();
    const milliseconds = this.#cpuTime() - begun;
    const isSlow = milliseconds > SLOW.milliseconds && milliseconds > characters * SLOW.perCharacter;
    if (isSlow) this.#left -= milliseconds;
    return { found, milliseconds, isSlow };
  }
}

interface MatchTry {
  readonly found: boolean;
  readonly milliseconds: number;
  readonly isSlow: boolean;
}

function cpuMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** The expressions of this process. */
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

  /** Tests growing parts of the text. The time of one part predicts the time of the next one, which is twice as long. */
  #seeHowFast(text: string): void {
    for (let part = FIRST_PART; part < text.length; part *= 2) {
      const { milliseconds } = this.#look(text.slice(0, part));
      if (milliseconds * Math.min(2, text.length / part) > MOST_MILLISECONDS) throw tooSlow();
    }
  }

  #look(text: string): MatchTry {
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
