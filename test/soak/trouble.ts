import { setTimeout as pause } from 'node:timers/promises';
import { FAULTS } from '../acceptance/faults/table.ts';
import type { FaultyVendor } from '../acceptance/faults/faulty-vendor.ts';
import type { Chance } from './chance.ts';

/**
 * Faults that do not pass by themselves: jobs that do not exist are no longer followed, and refused credentials are not
 * tried for long.
 */
const LEFT_OUT = ['401', '403', '404'];
/** The source asks to be left alone for longer than a short run takes. */
const FOR_LONG_RUNS = ['429 with Retry-After'];
const LONG_MILLISECONDS = 120_000;
const ELSEWHERE = 'http://127.0.0.1:1';
const MOST_AT_ONCE = 3;

/** Lets vendors go wrong, one after the other and some at a time, until it is stopped; then all are well. */
export class Trouble {
  readonly happened = new Map<string, number>();
  readonly #chance: Chance;
  readonly #well: Set<FaultyVendor>;
  readonly #names: readonly string[];
  readonly #over = new AbortController();
  readonly #under: Promise<void>[] = [];
  readonly #done: Promise<void>;

  constructor(chance: Chance, vendors: readonly FaultyVendor[], milliseconds: number) {
    const out = milliseconds < LONG_MILLISECONDS ? [...LEFT_OUT, ...FOR_LONG_RUNS] : LEFT_OUT;
    this.#chance = chance;
    this.#well = new Set(vendors);
    this.#names = Object.keys(FAULTS).filter((name) => !out.includes(name));
    this.#done = this.#run(vendors.length - MOST_AT_ONCE);
  }

  async stop(): Promise<void> {
    this.#over.abort();
    await this.#done;
    await Promise.all(this.#under);
  }

  async #run(leastWell: number): Promise<void> {
    while (!this.#over.signal.aborted) {
      if (this.#well.size > leastWell) this.#under.push(this.#break(this.#chance.of([...this.#well])));
      await this.#pause(this.#chance.between(300, 2_000));
    }
  }

  async #break(vendor: FaultyVendor): Promise<void> {
    const name = this.#chance.of(this.#names);
    const fault = FAULTS[name];
    if (fault === undefined) return;
    this.happened.set(name, (this.happened.get(name) ?? 0) + 1);
    this.#well.delete(vendor);
    const mend = await vendor.breakBy(fault, ELSEWHERE);
    await this.#pause(this.#chance.between(300, 5_000));
    await mend();
    this.#well.add(vendor);
  }

  async #pause(milliseconds: number): Promise<void> {
    await pause(milliseconds, undefined, { signal: this.#over.signal }).catch(() => undefined);
  }
}
