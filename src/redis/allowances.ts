import { z } from 'zod';
import { ERROR_CODES } from '../domain/errors.ts';
import type { Allowance, Allowances, Permission } from '../http/policy/allowance.ts';
import { ACCEPT, ASK, PAUSE, REFUSE } from './allowance-scripts.ts';
import type { RedisLink } from './link.ts';
import type { RedisSettings } from './settings.ts';
import { hiddenName } from '../sharing/keys.ts';

const PATIENCE_MILLISECONDS = 200;
/** Where Redis has not answered in time, this replica decides alone for so long. */
const ALONE_MILLISECONDS = 1_000;

/** A start further ahead than this is not promised: the caller may have left by then. */
const FARTHEST_START_MILLISECONDS = 1_000;

/** While one call tries a refused credential, the others leave it alone for this long or until the vendor accepts it. */
const TRIAL_MILLISECONDS = 30_000;

/** How often this replica asked whether calls may start. */
export interface AllowanceFigures {
  readonly shared: number;
  /** Redis did not answer: the replica used its own limits. */
  readonly alone: number;
}

export interface RedisAllowances {
  readonly of: Allowances;
  figures(): AllowanceFigures;
}

const permission = z
  .tuple([z.number().min(0), z.number(), z.number(), z.string(), z.number()])
  .transform(([count, wait, paused, code, refused]): Permission => ({
    count,
    waitMilliseconds: Math.max(0, wait),
    pause: paused > 0 ? { milliseconds: paused, code: codeOf(code) } : null,
    refusedMilliseconds: refused < 0 ? null : refused,
  }));

function codeOf(text: string): (typeof ERROR_CODES)[number] {
  return ERROR_CODES.find((code) => code === text) ?? 'SOURCE_RATE_LIMITED';
}

/** The limits of sources, shared through Redis. Each call asks once; per credential, one request is under way at a time. */
export function createAllowances(link: RedisLink, settings: RedisSettings): RedisAllowances {
  const { prefix, secret, allowanceMilliseconds = PATIENCE_MILLISECONDS } = settings;
  const figures = { shared: 0, alone: 0 };
  let aloneUntil = -Infinity;

  async function ask(keys: readonly string[], args: readonly number[]): Promise<Permission | null> {
    if (!link.isUp || performance.now() < aloneUntil) return null;
    const answer = link.run(ASK, keys, args).catch(() => null);
    const read = permission.safeParse(await inTime(answer, allowanceMilliseconds));
    if (read.success) return read.data;
    aloneUntil = performance.now() + ALONE_MILLISECONDS;
    return null;
  }

  /** Fire and forget: replicas that miss the message find out by themselves. */
  function send(script: string, key: string, args: readonly (string | number)[]): void {
    link.run(script, [key], args).catch(() => undefined);
  }

  function of(names: readonly (string | null)[]): Allowance {
    // The braces keep the keys on one node of a cluster.
    const stem = `{${prefix}}:allowance:${hiddenName(secret, names)}`;
    const [starts, pause, refusal] = [`${stem}:starts`, `${stem}:pause`, `${stem}:refusal`] as const;
    return {
      async ask(count, window) {
        const { starts: size, milliseconds } = window ?? { starts: 0, milliseconds: 0 };
        const args = [count, size, Math.ceil(milliseconds), TRIAL_MILLISECONDS, FARTHEST_START_MILLISECONDS];
        const given = await ask([starts, pause, refusal], args);
        figures[given === null ? 'alone' : 'shared'] += 1;
        return given;
      },
      pause: ({ milliseconds, code }) => {
        send(PAUSE, pause, [code, Math.ceil(milliseconds)]);
      },
      refuse: (milliseconds) => {
        send(REFUSE, refusal, [Math.ceil(milliseconds)]);
      },
      accept: () => {
        send(ACCEPT, refusal, []);
      },
    };
  }

  return { of, figures: () => ({ ...figures }) };
}

/** Null if the answer takes too long. */
async function inTime<T>(answer: Promise<T>, milliseconds: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, milliseconds, null);
  });
  try {
    // eslint-disable-next-line no-restricted-syntax -- both end soon: the link limits the time of each command
    return await Promise.race([answer, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
