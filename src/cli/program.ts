import { Command, CommanderError } from 'commander';
import { createCommands } from './commands.ts';
import { EXIT } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';
import { ConfigurationError } from '../config/problems.ts';
import { TributaryError } from '../domain/errors.ts';

/** Runs one command line (without the program's own name) and gives its exit code. Never throws for what a user can cause. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  let code: number = EXIT.done;
  const commands = createCommands(surroundings, (result) => {
    code = result;
  });
  const program = new Command('tributary').description('One GraphQL graph over the job logs of many platforms.');
  for (const command of commands) program.addCommand(command);
  for (const command of [program, ...commands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => void surroundings.print(text),
      writeErr: (text) => {
        surroundings.complain(text);
      },
    });
  }
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return exitCodeOf(error, surroundings);
  }
}

function exitCodeOf(error: unknown, { complain, stop }: Surroundings): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.misused;
  if (error instanceof ConfigurationError) {
    complain(`${error.message}\n`);
    return EXIT.misused;
  }
  if (error instanceof TributaryError) {
    complain(`${error.code}: ${error.message}\n`);
    return EXIT.failed;
  }
  if (isPortTrouble(error)) {
    complain(`Cannot listen on port ${error.port} (${error.code}); choose another one.\n`);
    return EXIT.failed;
  }
  // What was under way when the process was asked to stop fails as it likes.
  if (stop.aborted) return EXIT.failed;
  throw error;
}

function isPortTrouble(error: unknown): error is Error & { readonly code: string; readonly port: number } {
  return (
    error instanceof Error && 'syscall' in error && error.syscall === 'listen' && 'code' in error && 'port' in error
  );
}
