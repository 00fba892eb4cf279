import { SIMULATED } from '../../src/sandbox/demo/demo-vendors.ts';
import type { SandboxLine, SimulatedVendor } from '../../src/sandbox/types.ts';
import { VENDORS } from '../../src/vendors/index.ts';

/** Every vendor, with small native pages if it allows them: a tail then crosses many borders. */
export const TAILED: readonly {
  readonly vendor: string;
  readonly simulate: () => SimulatedVendor;
  readonly configuration: Readonly<Record<string, unknown>>;
}[] = Object.values(SIMULATED).map(({ simulate }) => {
  const { vendor } = simulate();
  return { vendor, simulate: () => simulate(), configuration: hasPageSize(vendor) ? { pageSize: 7 } : {} };
});

function hasPageSize(name: string): boolean {
  const given = VENDORS.find(({ vendor }) => vendor === name)?.options.safeParse({ pageSize: 7 });
  return given?.error?.issues.some(({ code }) => code === 'unrecognized_keys') !== true;
}

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
