/** An input as GraphQL passes it: a field that was not given is undefined or null. */
export type Nullable<T> = { readonly [K in keyof T]?: T[K] | null | undefined };

/** The input without null fields: in the domain, a field that was not given is undefined. */
export function withoutNulls<T extends object>(input: Nullable<T>): T {
  // Null is removed from the types and from the values alike.
  return Object.fromEntries(Object.entries(input).filter(([, part]) => part !== null)) as T;
}
