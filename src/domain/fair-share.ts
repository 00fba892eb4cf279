/** Rows that a scan looks at in one go. */
export const SHARE_ROWS = 64;

/** Characters of texts that are worked on in one go. */
const SHARE_CHARACTERS = 256 * 1024;

/** How long work goes on before everything else has its turn, whosever work it is. One row is never divided. */
const TURN_MILLISECONDS = 10;

/** When the work at hand began; null: nothing has been worked on since the event loop came round. */
let began: number | null = null;
/** Those that rest, in the order in which they go on. */
const resting: (() => void)[] = [];
let isScheduled = false;

/** Has the work since the event loop came round taken so long that what can wait should `rest`? To be asked right before it. */
export function isTurnOver(): boolean {
  if (began === null) begin();
  return performance.now() - (began ?? 0) >= TURN_MILLISECONDS;
}

/** Lets everything else have its turn. Of all that rest, one goes on each time that the event loop comes round. */
export async function rest(): Promise<void> {
  await new Promise<void>((resolve) => {
    resting.push(resolve);
    schedule();
  });
}

/** What is made of each row, with rests where that takes long. */
export async function mapInTurns<T, R>(rows: readonly T[], make: (row: T) => R): Promise<R[]> {
  const made: R[] = [];
  for (const row of rows) {
    if (isTurnOver()) await rest();
    made.push(make(row));
  }
  return made;
}

function begin(): void {
  began = performance.now();
  schedule();
}

function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  setImmediate(nextTurn);
}

function nextTurn(): void {
  isScheduled = false;
  began = null;
  const next = resting.shift();
  if (next === undefined) return;
  begin();
  next();
}

/**
 * The share of a scan in the event loop. A scan that looks at row after row in memory would keep all other requests, health
 * checks and timers waiting: it asks after each row, and rests when its share is spent, or others have worked for long.
 */
export class FairShare {
  #rows = 0;
  #characters = 0;

  /** A row was looked at. Is it time to rest? */
  isSpent(): boolean {
    this.#rows += 1;
    return this.#rows >= SHARE_ROWS || isTurnOver();
  }

  /** A text of that length was worked on, where short ones need no rest: is it time for one? */
  isSpentOn(characters: number): boolean {
    this.#characters += characters;
    return this.#characters >= SHARE_CHARACTERS || isTurnOver();
  }

  /** Lets everything else have its turn. */
  async rest(): Promise<void> {
    await rest();
    this.#rows = 0;
    this.#characters = 0;
  }
}
