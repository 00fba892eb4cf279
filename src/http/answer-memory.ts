import type { Call } from '../domain/call.ts';
import type { Landed } from './policy/single-flight.ts';
import type { SizedReply } from './readers.ts';

/** Most answers of one source that one call remembers: enough for overlapping windows, not for whole logs. */
const MOST_ANSWERS = 16;
const MOST_BYTES = 4 * 1024 * 1024;

/** The most recently used answers. A plain map is enough: a call has few answers, and most calls have one. */
class AnswerMemory {
  readonly #answers = new Map<string, Landed<SizedReply<unknown>>>();
  #bytes = 0;

  get(key: string): Landed<SizedReply<unknown>> | undefined {
    const known = this.#answers.get(key);
    if (known === undefined) return undefined;
    this.#answers.delete(key);
    this.#answers.set(key, known);
    return known;
  }

  set(key: string, answer: Landed<SizedReply<unknown>>): void {
    this.#forget(key);
    if (answer.value.bytes > MOST_BYTES) return;
    this.#answers.set(key, answer);
    this.#bytes += answer.value.bytes;
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= MOST_ANSWERS && this.#bytes <= MOST_BYTES) return;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    this.#bytes -= this.#answers.get(key)?.value.bytes ?? 0;
    this.#answers.delete(key);
  }
}

/**
 * The latest answers that an interactive call received, so that it never sends the same request twice. Null for polls:
 * they send no request twice, so holding answers would waste memory.
 */
export function memoryOf(owner: object, call: Call): AnswerMemory | null {
  if (call.priority === 'poll') return null;
  return call.scoped(owner, 'answers', () => new AnswerMemory());
}
