import { simulateByteNite } from '../../src/sandbox/bytenite/index.ts';
import { simulateDeepset } from '../../src/sandbox/deepset/index.ts';
import { simulateNemo } from '../../src/sandbox/nemo/index.ts';
import { simulateSap } from '../../src/sandbox/sap-job-scheduling/index.ts';
import { simulateSoftwareOne } from '../../src/sandbox/softwareone/index.ts';
import type { SandboxLine, SimulatedVendor } from '../../src/sandbox/types.ts';

/** Every vendor, and small native pages where they can be had: a tail crosses many borders then. */
export const TAILED: readonly {
  readonly vendor: string;
  readonly simulate: () => SimulatedVendor;
  readonly configuration: Readonly<Record<string, unknown>>;
}[] = [
  { vendor: 'nemo', simulate: () => simulateNemo(), configuration: { pageSize: 7 } },
  { vendor: 'sap-job-scheduling', simulate: () => simulateSap(), configuration: { pageSize: 7 } },
  { vendor: 'bytenite', simulate: () => simulateByteNite(), configuration: {} },
  { vendor: 'softwareone', simulate: () => simulateSoftwareOne(), configuration: { pageSize: 7 } },
  { vendor: 'deepset', simulate: () => simulateDeepset(), configuration: {} },
];

let counter = 0;

export function now(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}

/** Lines of now, each with a text of its own. `ages` says how many milliseconds older than now each is. */
export function fresh(count: number, age = 0): SandboxLine[] {
  const at = now() - BigInt(age) * 1_000_000n;
  return Array.from({ length: count }, (_, index) => {
    counter += 1;
    return { time: at + BigInt(index) * 1_000n, message: `line ${counter}` };
  });
}

export function texts(lines: readonly { readonly message: string }[]): string[] {
  return lines.map(({ message }) => message);
}
