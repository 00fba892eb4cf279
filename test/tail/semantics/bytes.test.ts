import { describe, expect, test } from 'vitest';
import type { SandboxReply, SimulatedVendor } from '../../../src/sandbox/types.ts';
import { now, TAILED } from '../vendors.ts';
import { TRANSPORTS } from './followers.ts';
import { firstMessages } from './message-follower.ts';
import { point } from './points.ts';
import { stand } from './swift-stand.ts';

const ESC = '\u001b';

/** Stands in a simulated log for bytes that no text can say. */
const PLACE = 'BYTES-BELONG-HERE';

/** Characters that are split where chunks end, a beginning without an end, an end without a beginning, and no UTF-8 at all. */
const BYTES = Buffer.concat([
  Buffer.from('5 € and 🙂 '),
  Buffer.from([0xe2, 0x82, 0x20, 0xf0, 0x9f, 0x92, 0x20, 0xac, 0x20, 0xff, 0xfe, 0x20, 0xc0, 0xaf]),
  Buffer.from(' … end'),
]);

interface Hostile {
  readonly what: string;
  readonly written: string;
  readonly raw: string;
  readonly stripped: string;
}

const megabyte = `${'0123456789abcdef'.repeat(65_535)}0123456789 é€`;

const HOSTILE: readonly Hostile[] = [
  {
    what: 'escape sequences',
    written: `${ESC}[1;31mred${ESC}[0m ${ESC}]0;title\u0007 and ${ESC}[2Jgone`,
    raw: `${ESC}[1;31mred${ESC}[0m ${ESC}]0;title\u0007 and ${ESC}[2Jgone`,
    stripped: 'red  and gone',
  },
  { what: 'progress', written: '10 %\r55 %\r100 %\r', raw: '10 %\r55 %\r100 %\r', stripped: '100 %' },
  { what: 'NUL', written: 'a\0b\0', raw: 'a\0b\0', stripped: 'ab' },
  { what: 'lone surrogates', written: 'x\ud800y \udc00z', raw: 'x\ufffdy \ufffdz', stripped: 'x\ufffdy \ufffdz' },
  {
    what: 'bytes that are no UTF-8',
    written: `<${PLACE}>`,
    raw: `<${new TextDecoder().decode(BYTES)}>`,
    stripped: `<${new TextDecoder().decode(BYTES)}>`,
  },
  {
    what: 'what looks like the end of an event',
    written: 'one\n\nevent: complete\ndata:\n\n: two\u2028three',
    raw: 'one\n\nevent: complete\ndata:\n\n: two\u2028three',
    stripped: 'one\n\nevent: complete\ndata:\n\n: two\u2028three',
  },
  { what: 'a megabyte', written: megabyte, raw: megabyte, stripped: megabyte },
];

/** The vendor, whose log answers have bytes in place of the placeholder, each of them in a separate chunk. */
function withBytes(inner: SimulatedVendor): SimulatedVendor {
  return {
    ...inner,
    async handle(request): Promise<SandboxReply> {
      const reply = await inner.handle(request);
      if (inner.classify(request) !== 'logs' || reply.status !== 200) return reply;
      return { ...reply, body: chunks(await textOf(reply.body)) };
    },
  };
}

async function textOf(body: unknown): Promise<string> {
  if (typeof body !== 'object' || body === null || !(Symbol.asyncIterator in body)) return JSON.stringify(body);
  let text = '';
  // A simulated vendor streams texts.
  for await (const part of body as AsyncIterable<string>) text += part;
  return text;
}

async function* chunks(text: string): AsyncGenerator<Uint8Array, void, undefined> {
  const [first = '', ...others] = text.split(PLACE);
  yield Buffer.from(first);
  for (const part of others) {
    for (const byte of BYTES) {
      yield Buffer.from([byte]);
      await new Promise((resolve) => setImmediate(resolve));
    }
    yield Buffer.from(part);
  }
}

describe(point(16), () => {
  test.each(TAILED)('$vendor, over WebSocket and SSE', async ({ simulate }) => {
    const service = await stand({ vendors: { one: withBytes(simulate()) } });
    const { simulation } = service.vendors.one;
    const key = simulation.createJob();
    // A second apart: they come in this order from every clock.
    const began = now() - 20_000_000_000n;
    simulation.write(
      key,
      HOSTILE.map(({ written: message }, index) => ({ message, time: began + BigInt(index) * 1_000_000_000n })),
    );
    for (const transport of TRANSPORTS) {
      const messages = await firstMessages(transport, service.url, [service.id('one', key)], HOSTILE.length);
      for (const [index, { what, raw, stripped }] of HOSTILE.entries()) {
        const found = messages[index];
        // A failure should not print a megabyte.
        expect([what, found?.raw === raw, shortened(found?.raw)]).toEqual([what, true, shortened(raw)]);
        expect([what, found?.stripped === stripped, shortened(found?.stripped)]).toEqual([
          what,
          true,
          shortened(stripped),
        ]);
        expect(found?.message === stripped).toBe(true);
      }
    }
    expect(service.log).toEqual([]);
  });
});

function shortened(text: string | undefined): string | undefined {
  return text?.slice(0, 100);
}
