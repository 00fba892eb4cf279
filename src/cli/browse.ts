import { spawn } from 'node:child_process';
import process from 'node:process';

/** The command that opens a page in the user's browser, by platform. Default: `xdg-open`. */
const OPENERS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['open'],
  // `start` treats its first quoted argument as the title of a window, so pass an empty title.
  win32: ['cmd', '/c', 'start', '""'],
};

/** Opens a page in the user's browser. Ignores failures, because the address is on the screen too. */
export function browse(url: string): void {
  const [command = 'xdg-open', ...args] = OPENERS[process.platform] ?? [];
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
