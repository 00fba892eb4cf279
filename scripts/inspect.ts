import { tryReadCursor } from '../src/federation/cursor/codec.ts';
import { tryDecodeNodeId } from '../src/federation/node-id.ts';

/**
 * Prints what is inside a cursor or a global id, for debugging: `npm run inspect -- TEXT`. It does not check the seal
 * here: only the connection that a cursor was issued for can do that.
 */

const [text] = process.argv.slice(2);
if (text === undefined) {
  process.stderr.write('Give a cursor or an id: npm run inspect -- TEXT\n');
  process.exitCode = 2;
} else {
  const id = tryDecodeNodeId(text);
  const cursor = tryReadCursor(text);
  if (id !== null) print({ id });
  else if (cursor !== null) print({ cursor });
  else {
    process.stderr.write('This is neither a cursor nor a global id.\n');
    process.exitCode = 1;
  }
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
