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

export interface NemoDemo {
  /** Lets the running job go on up to `now`: training first, then its last steps, then it is completed. */
  grow(now: bigint): void;
}

/** Jobs that read like real work: trainings that finished, failed, wait and run, and one that needed a second attempt. */
export function fillNemo(simulation: NemoSimulation, now: bigint): NemoDemo {
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
  complete(simulation, key, training + BigInt(TRAINING_STEPS + 4) * TRAINING_PACE);
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

function addRunning(simulation: NemoSimulation, start: bigint, now: bigint): NemoDemo {
  const key = create(simulation, 'support-assistant-dpo', start, 'Preference tuning on rated answers');
  download(simulation, key, start);
  const training = start + 20n * SECOND;
  simulation.write(key, trainingStart(training));
  let done = 0;
  let finished = false;

  function grow(until: bigint): void {
    for (let lines = trainingLines(training, done + 1); done < TRAINING_STEPS;) {
      if ((lines[0]?.time ?? until) > until) return;
      simulation.write(key, lines);
      done += 1;
      lines = trainingLines(training, done + 1);
    }
    const end = training + BigInt(TRAINING_STEPS + 4) * TRAINING_PACE;
    if (finished || until < end + 30n * SECOND) return;
    finished = true;
    complete(simulation, key, end);
  }

  grow(now);
  return { grow };
}

function create(simulation: NemoSimulation, name: string, createdAt: bigint, description: string): string {
  return simulation.createJob({ name, createdAt, description, source: 'customizer', project: 'support-assistant' });
}

function download(simulation: NemoSimulation, key: string, start: bigint): void {
  simulation.write(key, stepLines(STEPS[0], start + SECOND));
  finishStep(simulation, key, STEPS[0], start + 11n * SECOND);
  simulation.task(key, STEPS[0], simulation.taskName(key, STEPS[0]), start, { status: 'completed' });
}

/** Uploads what was trained and ends the job. */
function complete(simulation: NemoSimulation, key: string, end: bigint): void {
  finishStep(simulation, key, 'training', end);
  simulation.write(key, stepLines('model-upload', end + SECOND));
  finishStep(simulation, key, 'model-upload', end + 18n * SECOND);
  simulation.write(key, stepLines('model-entity-creation', end + 19n * SECOND));
  simulation.setNativeStatus(key, 'completed', {
    status: { message: 'Job completed successfully with exit code 0', percentage_done: 100 },
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
  });
}
