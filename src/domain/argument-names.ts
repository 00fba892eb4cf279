/** How messages about arguments name them: as the graph does. */
const ARGUMENT = /\bfilter\.(\w+)|^(?:first|last)(?=:)/g;

/** A message about an argument, as one reads it who knows the argument by another name than the graph's. */
export function namedAs(message: string, nameOf: (argument: string) => string): string {
  return message.replace(ARGUMENT, (whole, field?: string) => nameOf(field ?? whole));
}
