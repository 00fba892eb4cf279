/** An input as GraphQL delivers it: a part that was not given is undefined or null. */
export type Nullable<T> = { readonly [K in keyof T]?: T[K] | null | undefined };

/** The input without the parts that are null: in our domain a part that was not given is undefined. */
export function withoutNulls<T extends object>(input: Nullable<T>): T {
  // Only null has been taken out of the types of the parts, and only null out of the values.
  return Object.fromEntries(Object.entries(input).filter(([, part]) => part !== null)) as T;
}
