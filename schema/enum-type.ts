import { builder } from './builder.ts';

/** An enum whose values are texts of our domain; the record is total, so that each has its description. */
export function enumType<T extends string>(name: string, description: string, values: Readonly<Record<T, string>>) {
  // The keys of a total record over T are all of T.
  const names = Object.keys(values) as T[];
  return builder.enumType(name, {
    description,
    values: Object.fromEntries(names.map((value) => [value, { value, description: values[value] }])) as Record<
      T,
      { value: T; description: string }
    >,
  });
}
