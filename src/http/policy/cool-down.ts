import { TributaryError } from '../../domain/errors.ts';
import type { Cancellation } from '../request/abort.ts';
import type { Allowance, Pause } from './allowance.ts';
import { AttemptFailure } from './attempt-failure.ts';
import type { Clock } from './clock.ts';

/** A client waits this long for a source that asked for patience. Where it takes longer, the client is told how long. */
export const LONGEST_OBEYED_SECONDS = 5;

/** A wrong header must not silence a source for a day: after this long it is asked again, whatever it said. */
const LONGEST_COOL_DOWN_SECONDS = 3_600;

/** Keeps all calls of a source from one that asked not to be called again before some time (`Retry-After`). */
export interface CoolDown {
  isOn(): boolean;
  /** To be told of each failed attempt. */
  learn(error: unknown): void;
  /** Another replica was asked for it. */
  hear(pause: Pause): void;
  /** Resolves when the source may be called. Rejects with the source's own code where that is far off. */
  over(cancellation: Cancellation): Promise<void>;
}

/** `label`: how messages call the end of the wire that asked for it. `allowance`: where other replicas are told. */
export function createCoolDown(
  source: string,
  label: string,
  clock: Pick<Clock, 'now' | 'sleep'>,
  allowance: Pick<Allowance, 'pause'> | null = null,
): CoolDown {
  let until = -Infinity;
  let code: TributaryError['code'] = 'SOURCE_RATE_LIMITED';

  function secondsLeft(): number {
    return Math.max(0, until - clock.now()) / 1_000;
  }

  /** False: it is as long already. */
  function begin({ milliseconds, code: said }: Pause): boolean {
    const end = clock.now() + Math.min(milliseconds, LONGEST_COOL_DOWN_SECONDS * 1_000);
    if (end <= until) return false;
    until = end;
    code = said;
    return true;
  }

  return {
    isOn: () => secondsLeft() > 0,
    learn(error) {
      if (!(error instanceof AttemptFailure)) return;
      const { code: said, retryAfterSeconds = 0 } = error.error;
      if (said !== 'SOURCE_RATE_LIMITED' && said !== 'SOURCE_UNAVAILABLE') return;
      if (retryAfterSeconds <= 0) return;
      const pause = { code: said, milliseconds: Math.min(retryAfterSeconds, LONGEST_COOL_DOWN_SECONDS) * 1_000 };
      if (begin(pause)) allowance?.pause(pause);
    },
    hear(pause) {
      begin(pause);
    },
    async over(cancellation) {
      // Others may be refused meanwhile, and make it longer. A caller waits for so long in all.
      const patience = clock.now() + LONGEST_OBEYED_SECONDS * 1_000;
      for (let left = secondsLeft(); left > 0; left = secondsLeft()) {
        if (until > patience) throw notYet(source, label, code, Math.ceil(left));
        await clock.sleep(left * 1_000, cancellation);
      }
    },
  };
}

function notYet(source: string, label: string, code: TributaryError['code'], seconds: number): TributaryError {
  const message = `${label}: the source asked not to be called again for another ${seconds} s`;
  return new TributaryError(code, message, { source, retryAfterSeconds: seconds });
}
