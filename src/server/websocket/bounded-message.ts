import { randomUUID } from 'node:crypto';
import { TributaryError } from '../../domain/errors.ts';
import { oncePerTurn, rest } from '../../domain/fair-share.ts';
import { withoutHalfPairs } from '../../domain/json.ts';
import { withFewValues } from '../../http/body/value-bound.ts';
import { boundValues, turnFor } from '../client/sent-values.ts';

/** The extension of an operation that stands for one with too many values, and says so. No client can know its name. */
export const REFUSED = randomUUID();

/**
 * Takes messages in their order, each in a turn of the event loop of its own if others came with it. `take` gets the text, in which an operation with too
 * many values is replaced by one that is refused; `refuse` gets why another message is not taken.
 */
export function takingMessages(
  most: () => number,
  take: (text: string) => void,
  refuse: (reason: string) => void,
): (data: Buffer) => void {
  /** The last message that waits. */
  let last: Promise<void> | null = null;
  /** True if a message has been taken in this turn of the event loop. Many come at once, and each may begin an operation. */
  let hasTaken = false;
  const nextTurn = oncePerTurn(() => {
    hasTaken = false;
  });

  function pass(data: Buffer): void {
    hasTaken = true;
    nextTurn();
    try {
      boundValues(data, most());
      take(withoutHalfPairs(data.toString()));
    } catch (error) {
      if (!(error instanceof TributaryError)) throw error;
      const text = refusedOperation(data, most(), error.message);
      if (text === null) refuse(error.message);
      else take(text);
    }
  }

  return (data) => {
    const turn = last === null ? (hasTaken ? rest() : turnFor(data.length)) : last.then(rest);
    if (turn === null) {
      pass(data);
      return;
    }
    const passed = turn.then(() => {
      if (last === passed) last = null;
      pass(data);
    });
    last = passed;
  };
}

/** The operation with a refusal in place of its variables; null: the message begins no operation. */
function refusedOperation(data: Buffer, most: number, message: string): string | null {
  const { id, type } = membersOf(withFewValues(data, most - 1).toString());
  if (type !== 'subscribe' || typeof id !== 'string') return null;
  return withoutHalfPairs(JSON.stringify({ id, type, payload: { query: '', extensions: { [REFUSED]: message } } }));
}

function membersOf(text: string): { readonly id?: unknown; readonly type?: unknown } {
  try {
    const message: unknown = JSON.parse(text);
    return typeof message === 'object' && message !== null ? message : {};
  } catch {
    return {};
  }
}
