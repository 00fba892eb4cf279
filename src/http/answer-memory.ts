import { LRUCache } from 'lru-cache';
import type { Call } from '../domain/call.ts';
import type { Landed } from './policy/single-flight.ts';
import type { SizedReply } from './readers.ts';

/** Answers that one call remembers of one source: enough for windows that overlap, not for whole logs. */
const MOST_ANSWERS = 16;
const MOST_BYTES = 4 * 1024 * 1024;

export type AnswerMemory = LRUCache<string, Landed<SizedReply<unknown>>>;

/**
 * What a client's own call has been answered lately: the same question within it, however much later, is
 * not asked again. Null for polls: they ask nothing twice, so answers would only be held for nothing.
 */
export function memoryOf(owner: object, call: Call): AnswerMemory | null {
  if (call.priority === 'poll') return null;
  return call.scoped(owner, 'answers', createMemory);
}

function createMemory(): AnswerMemory {
  return new LRUCache({
    max: MOST_ANSWERS,
    maxSize: MOST_BYTES,
    sizeCalculation: ({ value }) => Math.max(1, value.bytes),
  });
}
