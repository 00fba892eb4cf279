import { TributaryError } from '../../domain/errors.ts';
import type { Cancellation } from '../request/abort.ts';
import type { Allowance, SourcePause } from './allowance.ts';
import { AttemptFailure } from './attempt-failure.ts';
import type { Clock } from './clock.ts';

/**
 * The longest time that a call waits when a source asks for a pause. If the pause is longer, the call fails at once and
 * the error tells how long it is.
 */
export const LONGEST_OBEYED_SECONDS = 5;

/** The longest cool-down, so that a wrong header cannot silence a source for a day. */
const LONGEST_COOL_DOWN_SECONDS = 3_600;

/** Holds back all calls to a source until the time that its `Retry-After` names. */
export interface CoolDown {
  isOn(): boolean;
  /** Reads the pause that a failed attempt's answer asks for. Call it for each failed attempt. */
  learn(error: unknown): void;
  /** Adopts a pause that the source asked of another replica. */
  hear(pause: SourcePause): void;
  /**
   * Resolves when the source may be called. Rejects with the pause's error code if that is more than
   * `LONGEST_OBEYED_SECONDS` away, or later than `latest` by the clock.
   */
  over(cancellation: Cancellation, latest?: number): Promise<void>;
}

/** `label` names the endpoint in messages. `allowance` passes pauses on to other replicas. */
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

  /** False if the current pause already lasts at least as long. */
  function begin({ milliseconds, code: said }: SourcePause): boolean {
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
    async over(cancellation, latest = Infinity) {
      // Other calls may be refused meanwhile and extend the pause. This bounds the caller's whole wait.
      const patience = Math.min(latest, clock.now() + LONGEST_OBEYED_SECONDS * 1_000);
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
