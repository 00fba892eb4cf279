import { run } from '../../src/cli/program.ts';
import { INTERRUPTED, TERMINATED } from '../../src/cli/surroundings.ts';
import type { Surroundings } from '../../src/cli/surroundings.ts';

/** A command that runs in this process, with what it has written so far. */
export interface RunningCommand {
  /** Resolves with the exit code. */
  readonly done: Promise<number>;
  output(): string;
  errors(): string;
  /** Resolves with the output as soon as it holds something; rejects when the command ends before. */
  firstOutput(): Promise<string>;
  /** As Ctrl+C does. */
  stop(): void;
  /** As SIGTERM does. */
  terminate(): void;
}

/** Starts a command line in an empty world but for what is given. */
export function start(
  args: readonly string[],
  given: Partial<Pick<Surroundings, 'environment' | 'folder' | 'browse'>> = {},
): RunningCommand {
  const stopping = new AbortController();
  let output = '';
  let errors = '';
  let written = (): void => undefined;
  const firstWrite = new Promise<void>((resolve) => {
    written = resolve;
  });
  const done = run(args, {
    environment: {},
    folder: '/nonexistent',
    ...given,
    stop: stopping.signal,
    print(text) {
      output += text;
      written();
    },
    complain(text) {
      errors += text;
    },
  });
  return {
    done,
    output: () => output,
    errors: () => errors,
    async firstOutput() {
      await Promise.race([
        firstWrite,
        done.then((code) => {
          if (output === '') throw new Error(`The command ended with ${code} and without output: ${errors}`);
        }),
      ]);
      return output;
    },
    stop: () => {
      stopping.abort(INTERRUPTED);
    },
    terminate: () => {
      stopping.abort(TERMINATED);
    },
  };
}
