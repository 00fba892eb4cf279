/** Rows that a scan handles before it rests. */
export const SHARE_ROWS = 64;

/** Characters of text that are processed before a rest. */
const SHARE_CHARACTERS = 256 * 1024;

/** How long all work together may block the event loop. A single row is never divided. */
const TURN_MILLISECONDS = 10;

/** When the work of this turn of the event loop began; null: this turn has had no work yet. */
let began: number | null = null;
/** Resting work, in the order in which it continues. */
const resting: (() => void)[] = [];
const schedule = oncePerTurn(nextTurn);

/** True if this turn of the event loop has taken so long that work which can wait should `rest`. Call it right before such work. */
export function isTurnOver(): boolean {
  if (began === null) begin();
  return performance.now() - (began ?? 0) >= TURN_MILLISECONDS;
}

/** Yields to the event loop. In each turn of it, one resting task continues. */
export async function rest(): Promise<void> {
  await new Promise<void>((resolve) => {
    resting.push(resolve);
    schedule();
  });
}

/**
 * Calls back behind the work of this tick, and behind work that rests then: for batches. Reads that begin together may rest before
 * they join their batch. Without this, the number of calls would depend on how long a turn of the event loop takes.
 */
export function afterResting(run: () => void): void {
  void Promise.resolve().then(() => {
    process.nextTick(() => {
      if (resting.length === 0) run();
      else void rest().then(run);
    });
  });
}

/** Maps rows, with rests if that takes long. */
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

/** A function that has `run` called in the next turn of the event loop, once however often it is called before. */
export function oncePerTurn(run: () => void): () => void {
  let isScheduled = false;
  return () => {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      run();
    });
  };
}

function nextTurn(): void {
  began = null;
  const next = resting.shift();
  if (next === undefined) return;
  begin();
  next();
}

/**
 * The share of a scan in the event loop. A scan of many rows in memory would block all other requests, health checks and
 * timers. So it checks after each row, and rests if its share is spent or if this turn of the event loop has taken long.
 */
export class FairShare {
  #rows = 0;
  #characters = 0;

  /** Counts a row. True if it is time to rest. */
  isSpent(): boolean {
    this.#rows += 1;
    return this.#rows >= SHARE_ROWS || isTurnOver();
  }

  /** Counts a text of that length. True if it is time to rest. */
  isSpentOn(characters: number): boolean {
    this.#characters += characters;
    return this.#characters >= SHARE_CHARACTERS || isTurnOver();
  }

  /** Yields to the event loop and starts a new share. */
  async rest(): Promise<void> {
    await rest();
    this.#rows = 0;
    this.#characters = 0;
  }
}
