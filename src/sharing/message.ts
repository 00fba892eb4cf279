/** The messages that replicas send each other about a job. */
export const MESSAGE_KINDS = [
  'began',
  'lines',
  'gap',
  'failed',
  'recovered',
  'polled',
  'ended',
  'released',
  'poke',
  'wake',
] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

export interface Message {
  /** The position in the stream, as `milliseconds-sequence` by the clock of the stream's keeper. */
  readonly id: string;
  /** Consecutive: a jump means that a message was trimmed before it was read. */
  readonly number: number;
  readonly sender: string;
  readonly kind: MessageKind;
  readonly body: string;
}

/** True if `id` comes after `other` in a stream. */
export function isAfter(id: string, other: string): boolean {
  const [time = 0, sequence = 0] = id.split('-').map(Number);
  const [otherTime = 0, otherSequence = 0] = other.split('-').map(Number);
  return time === otherTime ? sequence > otherSequence : time > otherTime;
}
