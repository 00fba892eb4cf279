import type { SourceHealth } from '../src/federation/api.ts';
import { builder } from './builder.ts';
import { enumType } from './enum-type.ts';
import { ErrorCodeType } from './error-code.ts';

const SourceHealthStateType = enumType<SourceHealth['state']>('SourceHealthState', 'The health of a source.', {
  UP: 'It answers.',
  DEGRADED: 'It answers, but limits the rate of calls.',
  DOWN: 'It does not answer, or refuses calls.',
});

export const SourceHealthType = builder.objectRef<SourceHealth>('SourceHealth').implement({
  description: 'The result of one cheap call to the source, cached for a few seconds.',
  fields: (t) => ({
    state: t.expose('state', { type: SourceHealthStateType, description: 'The state.' }),
    code: t.expose('code', {
      type: ErrorCodeType,
      nullable: true,
      description: 'What went wrong; null if the source is up.',
    }),
    message: t.exposeString('message', { nullable: true, description: 'A message for people.' }),
    checkedAt: t.expose('checkedAt', { type: 'DateTime', description: 'When the source was checked.' }),
    latencyMilliseconds: t.exposeFloat('latencyMilliseconds', {
      nullable: true,
      description: 'How long the source took to answer; null if it did not.',
    }),
  }),
});
