import { SANDBOX_SOURCES } from '../../sandbox/index.ts';
import type { Fault, SandboxFault } from '../../sandbox/index.ts';

/** The syntax of `--fault`, for help and errors. */
export const FAULT_FORMS =
  '[SOURCE:]status=CODE | delay=MILLISECONDS | cut=PART | drip=MILLISECONDS | hang | reset | malformed | endless, then [@KIND] [xTIMES]';

const FAULT = /^(?:([^:]+):)?([a-z]+)(?:=([\d.]+))?(?:@([a-z]+))?(?:x(\d+))?$/;

/** Parses a fault, such as `SOURCE:status=503@logs` or `delay=2000x3`. Null: it is not valid. */
export function parseFault(text: string): SandboxFault | null {
  const match = FAULT.exec(text.replaceAll(' ', ''));
  if (match === null) return null;
  const [, source, name = '', value, kind, times] = match;
  if (source !== undefined && !SANDBOX_SOURCES.includes(source)) return null;
  const what = parseWhat(name, value === undefined ? null : Number(value));
  if (what === null) return null;
  return {
    source,
    fault: {
      what,
      ...(kind === undefined ? {} : { kinds: [kind] }),
      ...(times === undefined ? {} : { times: Number(times) }),
    },
  };
}

function parseWhat(name: string, value: number | null): Fault['what'] | null {
  if (value === null) return isPlain(name) ? { do: name } : null;
  if (name === 'status' && Number.isInteger(value) && value >= 200 && value <= 599)
    return { do: 'status', status: value };
  if (name === 'delay' || name === 'drip') return { do: name, milliseconds: value };
  if (name === 'cut' && value <= 1) return { do: 'cut', after: value };
  return null;
}

function isPlain(name: string): name is 'hang' | 'reset' | 'malformed' | 'endless' {
  return name === 'hang' || name === 'reset' || name === 'malformed' || name === 'endless';
}
