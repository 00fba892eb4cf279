import type { Readable } from 'node:stream';

/** A body in one piece; `whole` is false when it was longer than the limit and was left there. */
export interface Collected {
  readonly bytes: Buffer;
  readonly whole: boolean;
}

/** Reads at most `limit` bytes of a body, and hangs up on the rest. Rejects on a cut body. */
export function collect(body: Readable, limit: number): Promise<Collected> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    body.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size <= limit) return;
      resolve({ bytes: Buffer.concat(chunks).subarray(0, limit), whole: false });
      body.destroy();
    });
    body.once('end', () => {
      const [first] = chunks;
      resolve({ bytes: chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks), whole: true });
    });
    body.once('error', reject);
    body.once('close', () => {
      reject(new Error('The body ended early'));
    });
  });
}
