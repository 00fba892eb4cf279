import type { LogException, StackFrame } from '../src/domain/log-entry.ts';
import { builder } from './builder.ts';

const StackFrameType = builder.objectRef<StackFrame>('StackFrame').implement({
  description: 'One call in a stack trace.',
  fields: (t) => ({
    file: t.exposeString('file', { nullable: true, description: 'The file, as the vendor names it.' }),
    line: t.exposeInt('line', { nullable: true, description: 'The line in that file, counted from 1.' }),
    function: t.exposeString('function', { nullable: true, description: 'The function that was running.' }),
  }),
});

export const LogExceptionType = builder.objectRef<LogException>('LogException').implement({
  description: 'An exception that came with a line.',
  fields: (t) => ({
    type: t.exposeString('type', { description: 'Its class or kind.' }),
    message: t.exposeString('message', { nullable: true, description: 'Its message.' }),
    frames: t.expose('frames', {
      type: [StackFrameType],
      description: 'Its stack trace, in the order of the vendor; empty if there is none.',
    }),
  }),
});
