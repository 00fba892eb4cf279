import { z } from 'zod';
import { describeIssue } from '../config/describe-issue.ts';
import { ConfigurationError } from '../config/problems.ts';

/** What `createTributary` takes is checked when it is called: a program in JavaScript has no compiler that does. */

const folder = z.string().min(1).optional();
const objectWith = (wanted: string, isWanted: (value: object) => boolean): z.ZodType =>
  z.custom((value) => typeof value === 'object' && value !== null && isWanted(value), `expected ${wanted}`).optional();

const optionsSchema = z.strictObject({
  environment: objectWith('an object of texts, such as process.env', (value) => !Array.isArray(value)),
  folder,
  logger: objectWith('a pino logger', (value) => 'error' in value && typeof value.error === 'function'),
  allowedHosts: z.array(z.string()).optional(),
});

/** Throws `ConfigurationError` that names each option that is wrong. */
export function checkOptions(options: unknown): void {
  const { error } = optionsSchema.safeParse(options);
  if (error === undefined) return;
  const around = {
    valueAt: ([name]: readonly PropertyKey[]) =>
      name === undefined ? options : (options as Record<PropertyKey, unknown>)[name],
    keysAt: () => Object.keys(optionsSchema.shape),
    mayShow: () => false,
  };
  throw new ConfigurationError(
    'the options of createTributary',
    error.issues.flatMap((issue) => describeIssue(issue, around)),
  );
}

/** Throws `ConfigurationError` for a first argument that is no configuration. */
export function checkConfigArgument(config: unknown): void {
  const isObject = typeof config === 'object' && config !== null && !Array.isArray(config);
  if (config === undefined || isObject || (typeof config === 'string' && config !== '')) return;
  const message = 'expected an object, the path of a file, or nothing';
  throw new ConfigurationError('the first argument of createTributary', [{ key: '', message }]);
}
