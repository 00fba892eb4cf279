import { jobsOfSource } from '../resolvers/job.ts';
import { source, sourceHealth, sourceId, sources } from '../resolvers/source.ts';
import { builder } from './builder.ts';
import { JobConnectionType } from './connections.ts';
import { JobFilterType } from './job-filter.ts';
import { pageArguments } from './page-arguments.ts';
import { SourceType } from './refs.ts';
import { SourceCapabilitiesType } from './source-capabilities.ts';
import { SourceHealthType } from './source-health.ts';

SourceType.implement({
  description: 'One account at one vendor, as the operator configured it.',
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    id: t.id({ description: 'Global id of the source.', resolve: sourceId }),
    name: t.exposeString('name', { description: 'Its name in the configuration; unique.' }),
    vendor: t.exposeString('vendor', {
      description: 'The vendor whose API it uses; several sources may have the same vendor.',
    }),
    capabilities: t.expose('capabilities', {
      type: SourceCapabilitiesType,
      description: 'What the vendor supports.',
    }),
    health: t.field({
      type: SourceHealthType,
      nullable: true,
      description: 'Whether it answers. Costs one call, unless it was checked in the last few seconds.',
      resolve: sourceHealth,
    }),
    jobs: t.field({
      type: JobConnectionType,
      nullable: true,
      description:
        'Its jobs, newest first; those without a `createdAt` come last. Null, with an error, if it does not answer.',
      args: {
        filter: t.arg({ type: JobFilterType, description: 'Selects jobs; default: all.' }),
        ...pageArguments,
      },
      resolve: jobsOfSource,
    }),
  }),
});

builder.queryFields((t) => ({
  sources: t.field({
    type: [SourceType],
    description: 'All configured sources.',
    resolve: sources,
  }),
  source: t.field({
    type: SourceType,
    nullable: true,
    description: 'The source with this name; null if there is none.',
    args: { name: t.arg.string({ required: true, description: 'Its name in the configuration.' }) },
    resolve: source,
  }),
}));
