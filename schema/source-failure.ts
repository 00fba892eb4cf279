import type { SourceFailure } from '../src/federation/api.ts';
import { builder } from './builder.ts';
import { ErrorCodeType } from './error-code.ts';

export const SourceFailureType = builder.objectRef<SourceFailure>('SourceFailure').implement({
  description: 'A source that did not answer. Results of the other sources are unaffected; retry with the same cursor.',
  fields: (t) => ({
    source: t.exposeString('source', { description: "The source's name." }),
    jobId: t.exposeID('jobId', {
      nullable: true,
      description: 'Global id of the job whose lines are missing; null if the source as a whole did not answer.',
    }),
    code: t.expose('code', { type: ErrorCodeType, description: 'What went wrong.' }),
    message: t.exposeString('message', { description: 'A message for people.' }),
    retryAfterSeconds: t.exposeFloat('retryAfterSeconds', {
      nullable: true,
      description: 'Seconds to wait before the next try, if the source says.',
    }),
  }),
});
