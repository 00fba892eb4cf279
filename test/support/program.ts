import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A program that runs in a process of its own until it is ended. */
export interface Program {
  /** Resolves with the first line that matches. Rejects when the program ends before, with what it has written. */
  line(pattern: RegExp): Promise<string>;
  /** Asks it to end, and resolves with its exit code. */
  end(): Promise<number | null>;
}

export function startProgram(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Record<string, string>; readonly withChildren?: boolean },
): Program {
  const child = spawn(command, args, {
    cwd: options.cwd,
    detached: options.withChildren === true,
    env: { ...process.env, TRIBUTARY_CONFIG: '', ...options.env },
  });
  let written = '';
  const ended = once(child, 'exit') as Promise<[number | null]>;
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (written += chunk.toString()));
  return {
    async line(pattern) {
      for (;;) {
        const found = written.split('\n').find((each) => pattern.test(each));
        if (found !== undefined) return found;
        // Also a program that a signal has ended, which has no exit code.
        if (child.exitCode !== null || child.signalCode !== null) throw new Error(`The program has ended: ${written}`);
        await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), ended]);
      }
    },
    async end() {
      // npx passes no signal on: a terminal gives it to all programs of a command.
      if (options.withChildren === true && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
      else child.kill('SIGTERM');
      const [code] = await ended;
      return code;
    },
  };
}
