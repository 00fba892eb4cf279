import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TributaryError } from '../../src/domain/errors.ts';
import type { SandboxReply } from '../../src/sandbox/types.ts';
import { BEDS } from '../vendors/contract/beds/index.ts';
import { textOfBody } from '../vendors/contract/odd-rows.ts';
import { onReplica, serveBed } from '../vendors/contract/served-bed.ts';
import type { ServedBed } from '../vendors/contract/served-bed.ts';
import { damage, damaged, nastyValue, PATIENCE, place, settingsFor, withValue } from './cases.ts';

type Change = (body: string) => string;

/** A body that was JSON, or lines of it, with a value changed; or a text that was damaged. */
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.array(damage, { minLength: 1, maxLength: 3 }).map(
    (harms): Change =>
      (body) =>
        harms.reduce(damaged, body),
  ),
  fc.tuple(place, fc.option(nastyValue, { nil: undefined })).map(
    ([at, value]): Change =>
      (body) =>
        changed(body, at, value),
  ),
);

function changed(body: string, at: number, value: unknown): string {
  try {
    return JSON.stringify(withValue(JSON.parse(body), at, value));
  } catch {
    const lines = body.split('\n');
    const index = Math.floor(at * lines.length);
    return lines.map((line, each) => (each === index ? JSON.stringify({ data: value }) : line)).join('\n');
  }
}

describe.each(BEDS.map((bed) => [bed.definition.vendor, bed] as const))(
  'whatever %s sends',
  { timeout: PATIENCE },
  (vendor, bed) => {
    let served: ServedBed;
    beforeAll(async () => {
      served = await serveBed(bed, { retries: 0 });
    });
    afterAll(() => served.close());

    test('is read as rows or is a bad answer, and nothing worse', async () => {
      await fc.assert(
        fc.asyncProperty(bed.dialects, change, fc.constantFrom('logs', 'jobs', 'job'), async (create, alter, kind) => {
          served.use(create());
          const { instance } = served;
          const key = instance.createJob();
          instance.write(
            key,
            [0, 1, 2].map((slot) => ({ slot, fine: 0n, text: 'x', severity: 'info', step: 0, task: 0 })),
          );
          served.alterReplies([kind], async (reply: SandboxReply) => ({
            ...reply,
            body: alter(await textOfBody(reply.body)),
          }));
          await onReplica([served], async ({ federation }, call) => {
            const { source } = served;
            const scope = { source, scope: { job: key } };
            const asked = [
              () => federation.logs([scope], { first: 5 }, call).nodes(),
              () => federation.jobs({ first: 5 }, call).nodes(),
              () => federation.job({ source, key }, call),
            ];
            for (const ask of asked) {
              try {
                await ask();
              } catch (error) {
                expect(error, vendor).toBeInstanceOf(TributaryError);
                expect((error as TributaryError).code, vendor).toMatch(
                  /^SOURCE_|^NOT_FOUND$|^UPSTREAM_BUDGET_EXCEEDED$/,
                );
              }
            }
          });
        }),
        settingsFor('bodies of vendors', BEDS.length),
      );
    });
  },
);
