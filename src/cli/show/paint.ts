import { inspect } from 'node:util';
import type { LogSeverity } from '../../domain/severity.ts';
import type { JobStatus } from '../../domain/status.ts';
import type { Surroundings } from '../surroundings.ts';

/** Styles by Node's names for them. */
export type Style =
  'blue' | 'bold' | 'cyan' | 'dim' | 'green' | 'magenta' | 'red' | 'yellow' | 'redBright' | 'blueBright';

/** Applies styles to a text, or returns it unchanged without colours. */
export type Paint = (styles: readonly Style[], text: string) => string;

export const COLOR_CHOICES = ['auto', 'always', 'never'] as const;

export interface ColorOptions {
  /** Auto: colours if standard output is a terminal that supports them. False: `--no-color`. */
  readonly color?: (typeof COLOR_CHOICES)[number] | boolean | undefined;
}

export function painterOf({ color = 'auto' }: ColorOptions, { colors = false }: Pick<Surroundings, 'colors'>): Paint {
  // A bare `--color` is true.
  const isPainted = color === 'auto' ? colors : color === 'always' || color === true;
  return isPainted ? paint : (_, text) => text;
}

// Not `util.styleText`: later versions of Node make it depend on standard output, but the text may go elsewhere.
function paint(styles: readonly Style[], text: string): string {
  return styles.reduce((painted, style) => {
    const [open, close] = inspect.colors[style] ?? [0, 0];
    return `\u001b[${open}m${painted}\u001b[${close}m`;
  }, text);
}

/** True if colours are wanted: by `NO_COLOR` and `FORCE_COLOR`, otherwise by the terminal. */
export function hasColors(
  { NO_COLOR = '', FORCE_COLOR }: Readonly<Record<string, string | undefined>>,
  terminalHasThem: boolean,
): boolean {
  if (NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return terminalHasThem;
}

export const SEVERITY_STYLES: Readonly<Record<LogSeverity, readonly Style[]>> = {
  FATAL: ['red', 'bold'],
  ERROR: ['red'],
  WARN: ['yellow'],
  INFO: ['green'],
  DEBUG: ['blue'],
  TRACE: ['dim'],
  UNSPECIFIED: ['dim'],
};

const STATUS_STYLES: Partial<Record<JobStatus, readonly Style[]>> = {
  FAILED: ['red'],
  SUCCEEDED: ['green'],
  RUNNING: ['cyan'],
  CANCELLED: ['yellow'],
};

/** Colours a status. Returns other texts unchanged. */
export function paintStatus(cell: string, painted: Paint): string {
  const styles = (STATUS_STYLES as Partial<Record<string, readonly Style[]>>)[cell];
  return styles === undefined ? cell : painted(styles, cell);
}
