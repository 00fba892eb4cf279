import { stringify } from 'yaml';
import { EXIT, untilStopped } from '../surroundings.ts';
import type { Surroundings } from '../surroundings.ts';
import { startSandbox } from '../../sandbox/index.ts';
import type { SandboxFault } from '../../sandbox/index.ts';

export interface SandboxCommandOptions {
  readonly portBase?: number | undefined;
  readonly fault?: readonly SandboxFault[] | undefined;
}

/** Runs only the simulated vendors until the process is stopped, and prints a configuration for them. */
export async function sandbox(options: SandboxCommandOptions, surroundings: Surroundings): Promise<number> {
  const running = await startSandbox({ portBase: options.portBase, faults: options.fault });
  await surroundings.print(stringify(running.configuration));
  await untilStopped(surroundings);
  await running.close();
  return EXIT.done;
}
