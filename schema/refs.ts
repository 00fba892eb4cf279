import type { JobNode } from '../resolvers/job.ts';
import type { PartNode } from '../resolvers/part.ts';
import type { LogNode, SourceInfo } from '../src/federation/api.ts';
import { builder } from './builder.ts';

/** References to the node types, so that the files that implement them can refer to each other. */
export const SourceType = builder.objectRef<SourceInfo>('Source');
export const JobType = builder.objectRef<JobNode>('Job');
export const AttemptType = builder.objectRef<PartNode<'Attempt'>>('Attempt');
export const StepType = builder.objectRef<PartNode<'Step'>>('Step');
export const TaskType = builder.objectRef<PartNode<'Task'>>('Task');
export const LogEntryType = builder.objectRef<LogNode>('LogEntry');
