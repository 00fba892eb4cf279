import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { MAIN } from '../support/folders.ts';

/** True if the program is installed. In CI a missing program is an error, because CI runs every test. */
export function hasProgram(name: string, ...args: readonly string[]): boolean {
  const isThere = spawnSync(name, args, { stdio: 'ignore' }).error === undefined;
  if (!isThere && process.env['CI'] === 'true') throw new Error(`CI needs ${name}.`);
  return isThere;
}

/**
 * True if there is a pseudo-terminal. `script` of util-linux makes one; that of other systems takes other arguments.
 */
export const HAS_TERMINAL = process.platform === 'linux' && hasProgram('script', '--version');

export interface Session {
  readonly code: number | null;
  /** All that came on the terminal, with line feeds alone. */
  readonly text: string;
}

interface SessionSettings {
  readonly environment?: Readonly<Record<string, string>>;
  /** What is typed as soon as this is shown. */
  readonly type?: { readonly after: string; readonly keys: string };
}

/** Runs a script of bash in a terminal of 100 columns. In it `tributary` is the command that was built. */
export async function inTerminal(script: string, { environment = {}, type }: SessionSettings = {}): Promise<Session> {
  const prelude = `stty cols 100 rows 30; tributary() { "${process.execPath}" "${MAIN}" "$@"; };`;
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:NO_COLOR|FORCE_COLOR|PAGER|LESS|CI|TRIBUTARY_.*)$/.test(name)),
  );
  const child = spawn('script', ['-qec', `${prelude} ${script}`, '/dev/null'], {
    env: { ...clean, TERM: 'xterm-256color', SHELL: '/bin/bash', ...environment },
  });
  let text = '';
  let isTyped = false;
  child.stdout.on('data', (part: Buffer) => {
    text += part.toString();
    if (isTyped || type === undefined || !text.includes(type.after)) return;
    isTyped = true;
    child.stdin.write(type.keys);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, text: text.replaceAll('\r\n', '\n') };
}
