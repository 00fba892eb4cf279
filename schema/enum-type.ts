import { builder } from './builder.ts';

/** An enum whose values are domain texts. The record is total, so every value has a description. */
export function enumType<T extends string>(name: string, description: string, values: Readonly<Record<T, string>>) {
  // The keys of a total record over T are exactly T.
  const names = Object.keys(values) as T[];
  return builder.enumType(name, {
    description,
    values: Object.fromEntries(names.map((value) => [value, { value, description: values[value] }])) as Record<
      T,
      { value: T; description: string }
    >,
  });
}
