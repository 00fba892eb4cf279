/** What a line of the benchmark says about itself. */
export interface Stamp {
  /** Its place in its job's log. */
  readonly number: number;
  /** When the vendor could serve it, milliseconds since the epoch. */
  readonly at: number;
}

/** The rest of an ordinary line. */
const FILLER = 'epoch 3: loss 0.0421, accuracy 0.9873, learning rate 0.0003, 512 samples in 1.84 s';

export function writeStamp({ number, at }: Stamp): string {
  return `line ${number} written at ${at}; ${FILLER}`;
}

/** Throws for a line that is not ours: the benchmark would count wrongly. */
export function readStamp(message: string): Stamp {
  const found = /line (\d+) written at (\d+);/.exec(message);
  if (found === null) throw new Error(`Not a line of the benchmark: ${message}`);
  return { number: Number(found[1]), at: Number(found[2]) };
}
