import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { ConfigurationError } from '../config/problems.ts';
import { TributaryError } from '../domain/errors.ts';
import { terminalLines } from '../domain/terminal-text.ts';
import { createCommands } from './commands.ts';
import { ServiceError } from './graph/service-error.ts';
import { Misuse } from './options/misuse.ts';
import { complaintOf } from './output/complaint.ts';
import { EXIT, INTERRUPTED, TERMINATED } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * Runs one command line (without the program's name) and returns its exit code. Never throws for errors that a user can
 * cause.
 */
export async function run(args: readonly string[], given: Surroundings): Promise<number> {
  // Messages quote text of vendors and users, so they are escaped for the terminal.
  const surroundings: Surroundings = {
    ...given,
    complain: (text) => {
      // No messages after the reader has closed the pipe (`| head`).
      if (!isUnread(given.stop)) given.complain(terminalLines(text));
    },
  };
  let code: number = EXIT.done;
  const commands = createCommands(surroundings, (result) => {
    code = result;
  });
  const program = new Command('tributary')
    .description('One GraphQL graph over the job logs of many platforms.')
    .version(packageVersion(), '-V, --version', 'print the version');
  // Options after a command's name belong to the command.
  program.enablePositionalOptions();
  for (const command of commands) program.addCommand(command, { hidden: command.name() === 'complete' });
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

/** True if the command was stopped because its reader closed the pipe. */
function isUnread({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason !== INTERRUPTED && reason !== TERMINATED;
}

function exitCodeOf(error: unknown, { complain, stop }: Surroundings): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.misused;
  if (error instanceof ConfigurationError) {
    complain(`${error.message}\n`);
    return EXIT.misused;
  }
  if (error instanceof Misuse || error instanceof ServiceError) {
    complain(`${error.message}\n`);
    return error instanceof Misuse ? EXIT.misused : EXIT.failed;
  }
  if (error instanceof TributaryError) {
    complain(complaintOf(error));
    return EXIT.failed;
  }
  const trouble = listenTrouble(error);
  if (trouble !== null) {
    complain(`Cannot listen ${trouble}.\n`);
    return EXIT.failed;
  }
  // Ignore errors of work that a stop request interrupted.
  if (stop.aborted) return EXIT.failed;
  throw error;
}

/** Describes an error of listening; null for any other error. For a taken port it includes the number. */
function listenTrouble(error: unknown): string | null {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return null;
  const { code } = error;
  // The HTTP client of sources wraps its errors, so an unwrapped `getaddrinfo` error comes from the listener.
  if (error.syscall === 'getaddrinfo' && 'hostname' in error)
    return `at ${String(error.hostname)} (${String(code)}); choose another host`;
  // A worker listens through its primary process, which says `bind`.
  if (error.syscall !== 'listen' && error.syscall !== 'bind') return null;
  if (code === 'EADDRNOTAVAIL' && 'address' in error)
    return `at ${String(error.address)} (${code}); choose another host`;
  return 'port' in error ? `on port ${String(error.port)} (${String(code)}); choose another one` : null;
}

/** The version of this package, both from sources and from a build. */
function packageVersion(): string {
  // The package resolves itself by its own name.
  const { version } = createRequire(import.meta.url)('tributary/package.json') as { readonly version: string };
  return version;
}
