import { parse } from 'graphql';
import { createSchema, createYoga, isAsyncIterable } from 'graphql-yoga';
import type { Plugin } from 'graphql-yoga';
import { expect, test } from 'vitest';
import { executingInOne } from '../../src/server/graphql/in-one.ts';

const schema = createSchema({
  typeDefs: 'type Query { a: Int }',
  resolvers: { Query: { a: () => 1 } },
});

async function* parts(): AsyncGenerator<object> {
  yield await Promise.resolve({ data: { a: 2 } });
}

/** Plug-ins that write down what they see. `stops`: the second ends the execution with that result. */
function watching(seen: string[], stops: object | null): Plugin[] {
  const watch = (name: string): ReturnType<NonNullable<Plugin['onExecute']>> => {
    seen.push(`${name} begins`);
    return {
      onExecuteDone: ({ result, setResult }) => {
        seen.push(`${name} sees ${isAsyncIterable(result) ? 'parts' : JSON.stringify(result)}`);
        if (!isAsyncIterable(result)) setResult({ ...result, extensions: { [name]: true } });
        return { onEnd: () => void seen.push(`${name} is at the end`) };
      },
    };
  };
  return [
    { onExecute: () => watch('first') },
    {
      onExecute: async ({ setResultAndStopExecution }) => {
        await Promise.resolve();
        if (stops !== null) setResultAndStopExecution(stops);
        return watch('second');
      },
    },
    { onValidate: () => void seen.push('validated') },
    {
      onExecute: ({ setExecuteFn }) => {
        seen.push('third begins');
        setExecuteFn(() => ({ data: { a: 3 } }));
      },
    },
    { onExecute: () => watch('last') },
  ];
}

async function seenBy(change: (plugins: readonly Plugin[]) => Plugin[], stops: object | null): Promise<unknown> {
  const seen: string[] = [];
  const yoga = createYoga({ schema, plugins: change(watching(seen, stops)), logging: false });
  const enveloped = yoga.getEnveloped({});
  const document = parse('{ a }');
  enveloped.validate(schema, document);
  const result: unknown = await enveloped.execute({ schema, document, contextValue: {} });
  const shown: unknown[] = [];
  if (isAsyncIterable(result)) for await (const part of result) shown.push(part);
  else shown.push(result);
  return { seen, shown };
}

test.each([
  ['run to the end', () => null],
  ['end with a result', () => ({ data: { a: 0 } })],
  ['end with parts', parts],
])('plug-ins in one hook see the same of operations that %s, in the same order', async (_which, stops) => {
  const expected = await seenBy((plugins) => [...plugins], stops());
  expect(await seenBy(executingInOne, stops())).toEqual(expected);
});
