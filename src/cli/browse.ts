import { spawn } from 'node:child_process';
import process from 'node:process';

/** What opens a page in the user's browser, on each system. */
const OPENERS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['open'],
  // The empty text is the title of a window, which `start` takes its first quoted argument for.
  win32: ['cmd', '/c', 'start', '""'],
};

/** Opens a page in the user's browser. Where there is none, nothing happens: its address is on the screen, too. */
export function browse(url: string): void {
  const [command = 'xdg-open', ...args] = OPENERS[process.platform] ?? [];
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
