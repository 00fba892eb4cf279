import type { SourceHealth } from '../src/federation/api.ts';
import { builder } from './builder.ts';
import { enumType } from './enum-type.ts';
import { ErrorCodeType } from './error-code.ts';

const SourceHealthStateType = enumType<SourceHealth['state']>('SourceHealthState', 'How a source is doing.', {
  UP: 'It answers.',
  DEGRADED: 'It answers some calls and fails others.',
  DOWN: 'It does not answer, or refuses.',
});

export const SourceHealthType = builder.objectRef<SourceHealth>('SourceHealth').implement({
  description: 'What the last calls to a source say; if there were none, one cheap question is asked.',
  fields: (t) => ({
    state: t.expose('state', { type: SourceHealthStateType, description: 'In one word.' }),
    code: t.expose('code', {
      type: ErrorCodeType,
      nullable: true,
      description: 'What went wrong last; null when the source is up.',
    }),
    message: t.exposeString('message', { nullable: true, description: 'The same for people.' }),
    checkedAt: t.expose('checkedAt', { type: 'DateTime', description: 'When this was true.' }),
    latencyMilliseconds: t.exposeFloat('latencyMilliseconds', {
      nullable: true,
      description: 'How long the source took to answer; null when it did not.',
    }),
  }),
});
