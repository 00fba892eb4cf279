import { inTurns } from '../demo/timeline.ts';
import type { Demo, Happening } from '../demo/timeline.ts';
import type { SandboxLine } from '../types.ts';
import type { NemoSimulation } from './simulation.ts';
import {
  STEPS,
  TRAINING_PACE,
  TRAINING_STEPS,
  finishStep,
  stepLines,
  trainingLines,
  trainingStart,
} from './training-run.ts';

const SECOND = 1_000_000_000n;
const MINUTE = 60n * SECOND;

/** Duration of a tuning's preparation and of its training. */
const PREPARATION = 20n * SECOND;
const TRAINING = BigInt(TRAINING_STEPS + 4) * TRAINING_PACE;

/**
 * Jobs that look like real work: trainings that finished, failed or wait, one that needed a second attempt, and
 * successive tunings, of which one is always running.
 */
export function fillNemo(simulation: NemoSimulation, now: bigint): Demo {
  addFinished(simulation, now - 180n * MINUTE);
  addFailed(simulation, now - 95n * MINUTE);
  addRetried(simulation, now - 50n * MINUTE);
  addQueued(simulation, now - 4n * MINUTE);
  return addRunning(simulation, now - 3n * MINUTE, now);
}

function addFinished(simulation: NemoSimulation, start: bigint): void {
  const key = create(simulation, 'support-assistant-lora', start, 'Fine-tunes the support assistant on last week');
  download(simulation, key, start);
  const training = start + 20n * SECOND;
  simulation.write(key, trainingStart(training));
  for (let number = 1; number <= TRAINING_STEPS; number += 1) simulation.write(key, trainingLines(training, number));
  complete(simulation, key, training + TRAINING);
}

function addFailed(simulation: NemoSimulation, start: bigint): void {
  const key = create(simulation, 'support-assistant-full', start, 'Full fine-tuning, to compare with LoRA');
  download(simulation, key, start);
  runOutOfMemory(simulation, key, start + 20n * SECOND, 17);
}

function addRetried(simulation: NemoSimulation, start: bigint): void {
  const key = create(simulation, 'ticket-router-sft', start, 'Routes tickets; the first attempt ran out of memory');
  download(simulation, key, start);
  runOutOfMemory(simulation, key, start + 20n * SECOND, 5);
  const again = start + 6n * MINUTE;
  simulation.startAttempt(key, again);
  download(simulation, key, again);
  const training = again + 20n * SECOND;
  simulation.write(key, trainingStart(training));
  for (let number = 1; number <= 60; number += 1) simulation.write(key, trainingLines(training, number));
  complete(simulation, key, training + 70n * TRAINING_PACE);
}

function addQueued(simulation: NemoSimulation, start: bigint): void {
  simulation.createJob({
    name: 'safety-eval-nightly',
    status: 'QUEUED',
    source: 'evaluator',
    description: 'Waits for two free GPUs',
    createdAt: start,
  });
}

function addRunning(simulation: NemoSimulation, start: bigint, now: bigint): Demo {
  const demo = inTurns(start, PREPARATION + TRAINING, (number, at) => tuning(simulation, number, at));
  demo.grow(now);
  return demo;
}

/** A running tuning: download and training; upload and end come while the next one begins. */
function tuning(simulation: NemoSimulation, number: number, start: bigint): readonly Happening[] {
  const name = number === 0 ? 'support-assistant-dpo' : `support-assistant-dpo-${number + 1}`;
  const key = create(simulation, name, start, 'Preference tuning on rated answers');
  const training = start + PREPARATION;
  const end = training + TRAINING;
  const said = (lines: readonly SandboxLine[]): Happening[] =>
    lines.map((line) => ({
      at: line.time,
      happen: () => {
        simulation.write(key, [line]);
      },
    }));
  return [
    ...said(stepLines(STEPS[0], start + SECOND)),
    {
      at: start + 11n * SECOND,
      happen: () => {
        finishDownload(simulation, key, start);
      },
    },
    ...said(trainingStart(training)),
    ...Array.from({ length: TRAINING_STEPS }, (_, index) => said(trainingLines(training, index + 1))).flat(),
    ...said(stepLines('model-upload', end + SECOND)),
    ...said(stepLines('model-entity-creation', end + 19n * SECOND)),
    {
      at: end + 21n * SECOND,
      happen: () => {
        finish(simulation, key, end);
      },
    },
  ];
}

function create(simulation: NemoSimulation, name: string, createdAt: bigint, description: string): string {
  return simulation.createJob({ name, createdAt, description, source: 'customizer', project: 'support-assistant' });
}

function download(simulation: NemoSimulation, key: string, start: bigint): void {
  simulation.write(key, stepLines(STEPS[0], start + SECOND));
  finishDownload(simulation, key, start);
}

function finishDownload(simulation: NemoSimulation, key: string, start: bigint): void {
  finishStep(simulation, key, STEPS[0], start + 11n * SECOND);
  simulation.task(key, STEPS[0], simulation.taskName(key, STEPS[0]), start, { status: 'completed' });
}

/** Uploads the trained model and ends the job. */
function complete(simulation: NemoSimulation, key: string, end: bigint): void {
  simulation.write(key, stepLines('model-upload', end + SECOND));
  simulation.write(key, stepLines('model-entity-creation', end + 19n * SECOND));
  finish(simulation, key, end);
}

function finish(simulation: NemoSimulation, key: string, end: bigint): void {
  finishStep(simulation, key, 'training', end);
  finishStep(simulation, key, 'model-upload', end + 18n * SECOND);
  simulation.setNativeStatus(key, 'completed', {
    status: { message: 'Job completed successfully with exit code 0', percentage_done: 100 },
    at: end + 21n * SECOND,
  });
}

function runOutOfMemory(simulation: NemoSimulation, key: string, training: bigint, after: number): void {
  simulation.write(key, trainingStart(training));
  for (let number = 1; number <= after; number += 1) simulation.write(key, trainingLines(training, number));
  const time = training + 4n * SECOND + BigInt(after + 1) * TRAINING_PACE;
  const stack = [
    'Traceback (most recent call last):',
    '  File "/opt/automodel/recipes/llm/train.py", line 214, in run',
    '    loss = self.forward_backward(batch)',
    'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 3.91 GiB. GPU 0 has a total capacity of 79.11 GiB of which 2.03 GiB is free.',
  ];
  simulation.write(
    key,
    [...stack.map((line) => `[stderr] ${line}`), 'ERROR: training ended with exit code 1'].map((message, index) => ({
      time: time + BigInt(index) * 41_000n,
      message,
      step: 'training',
    })),
  );
  simulation.task(key, 'training', simulation.taskName(key, 'training'), time, { errorStack: stack.join('\n') });
  simulation.setNativeStatus(key, 'error', {
    status: { message: 'Job failed with exit code 1' },
    error: { message: 'CUDA out of memory', exit_code: 1 },
    at: time + SECOND,
  });
}
