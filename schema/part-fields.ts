import type { FieldRef } from '@pothos/core';
import { logsOfPart } from '../resolvers/logs.ts';
import { partDetail, partId, partJob, partParent, partsOfJob, partsOfPart } from '../resolvers/part.ts';
import type { JobNode } from '../resolvers/job.ts';
import type { PartNode } from '../resolvers/part.ts';
import type { PartKind } from '../src/domain/job.ts';
import type { builder } from './builder.ts';
import * as connections from './connections.ts';
import { JobStatusType } from './job-status.ts';
import { logArguments } from './log-arguments.ts';
import { pageArguments } from './page-arguments.ts';
import { AttemptType, JobType, StepType } from './refs.ts';

/** Fields that attempts, steps and tasks have in common. */

type Schema = (typeof builder)['$inferSchemaTypes'];
type Fields<K extends PartKind> = PothosSchemaTypes.ObjectFieldBuilder<Schema, PartNode<K>>;

/** Written out, so that the built types name the package and no file in it. */
type Field = FieldRef<Schema>;

const CONNECTIONS = {
  Attempt: connections.AttemptConnectionType,
  Step: connections.StepConnectionType,
  Task: connections.TaskConnectionType,
};

/** What a part is, and the job that it belongs to. */
export function identityFields<K extends PartKind>(t: Fields<K>, kind: K): Record<'id' | 'job' | 'key', Field> {
  const word = kind.toLowerCase();
  return {
    id: t.id({ description: `Global id of the ${word}.`, resolve: partId }),
    job: t.field({
      type: JobType,
      nullable: true,
      description: 'The job that it belongs to; null, with an error, if the selected fields could not be loaded.',
      resolve: partJob,
    }),
    key: t.string({
      description: `Its key, unique among the ${word}s of the job.`,
      resolve: ({ key }) => key,
    }),
  };
}

export function nameField<K extends 'Step' | 'Task'>(t: Fields<K>, kind: K): Field {
  return t.string({ description: 'Its name, for people.', resolve: partDetail(kind, 'name') });
}

type StateField = 'status' | 'nativeStatus' | 'createdAt' | 'startedAt' | 'finishedAt';

/** What a job or a part is doing, and when it did it. `detail` has the resolver of each field. */
export function stateFields<Shape>(
  t: PothosSchemaTypes.ObjectFieldBuilder<Schema, Shape>,
  // Each is the resolver of its own field; a function for all of them cannot carry that.
  detail: (field: StateField) => never,
): Record<StateField, Field> {
  return {
    status: t.field({ type: JobStatusType, description: 'What it is doing.', resolve: detail('status') }),
    nativeStatus: t.string({
      nullable: true,
      description: "The vendor's own word for its status, verbatim.",
      resolve: detail('nativeStatus'),
    }),
    createdAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was created; null if the vendor does not say.',
      resolve: detail('createdAt'),
    }),
    startedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it started; null before that, and if the vendor does not say.',
      resolve: detail('startedAt'),
    }),
    finishedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it ended; null before that, and if the vendor does not say.',
      resolve: detail('finishedAt'),
    }),
  };
}

/** The attempt that a step or task is part of. */
export function attemptField<K extends 'Step' | 'Task'>(t: Fields<K>, kind: K): Field {
  return t.field({
    type: AttemptType,
    nullable: true,
    description: 'The attempt that it is part of; null if the vendor names none.',
    resolve: partParent(kind, 'Attempt', ({ attemptKey }) => attemptKey),
  });
}

/** The step of an attempt or a task. */
export function stepField<K extends 'Attempt' | 'Task'>(t: Fields<K>, kind: K, description: string): Field {
  return t.field({
    type: StepType,
    nullable: true,
    description,
    resolve: partParent(kind, 'Step', ({ stepKey }) => stepKey),
  });
}

/** The parts of one kind of a job. */
export function jobPartsField(t: PothosSchemaTypes.ObjectFieldBuilder<Schema, JobNode>, kind: PartKind): Field {
  const words = `${kind.toLowerCase()}s`;
  return t.field({
    type: CONNECTIONS[kind],
    nullable: true,
    description: `Its ${words}, oldest first; empty if the vendor has no ${words}.`,
    args: { ...pageArguments },
    // `CONNECTIONS[kind]` is the connection of these parts; its generic type does not carry that.
    resolve: partsOfJob(kind) as never,
  });
}

/** The parts of one kind within an attempt or a step. */
export function partsField<P extends 'Attempt' | 'Step'>(
  t: Fields<P>,
  parent: P,
  kind: PartKind,
  description: string,
): Field {
  return t.field({
    type: CONNECTIONS[kind],
    nullable: true,
    description,
    args: { ...pageArguments },
    // `CONNECTIONS[kind]` is the connection of these parts; its generic type does not carry that.
    resolve: partsOfPart(parent, kind) as never,
  });
}

export function logsField<K extends PartKind>(t: Fields<K>): Field {
  return t.field({
    type: connections.LogEntryConnectionType,
    nullable: true,
    description: 'Its lines.',
    args: logArguments,
    resolve: logsOfPart,
  });
}
