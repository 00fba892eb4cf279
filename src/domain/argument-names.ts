/** Arguments in messages, which use the graph's names. */
const ARGUMENT = /\bfilter\.(\w+)|^(?:first|last)(?=:)/g;

/** Replaces the graph's argument names in a message, for readers who know the arguments by other names. */
export function namedAs(message: string, nameOf: (argument: string) => string): string {
  return message.replace(ARGUMENT, (whole, field?: string) => nameOf(field ?? whole));
}
