import type { SandboxLine } from '../types.ts';
import type { NemoSimulation } from './simulation.ts';

const SECOND = 1_000_000_000n;

/** The steps of a customization job, in order. */
export const STEPS = ['model-and-dataset-download', 'training', 'model-upload', 'model-entity-creation'] as const;
export type StepName = (typeof STEPS)[number];

/** Optimiser steps of a whole training, and the duration of one. */
export const TRAINING_STEPS = 240;
export const TRAINING_PACE = 2n * SECOND;

/** A line; `after` is its time as an offset from the start of its step, in milliseconds. */
interface Said {
  readonly after: number;
  readonly message: string;
}

const DOWNLOAD: readonly Said[] = [
  { after: 12, message: 'INFO:downloader:Resolving model default/llama-3.2-1b-instruct@v2' },
  { after: 480, message: 'INFO:downloader:Model has 4 files, 2.47 GB' },
  { after: 2_310, message: '[stderr] Fetching 4 files:  25%|██▌       | 1/4 [00:01<00:05,  1.83s/it]' },
  { after: 6_020, message: '[stderr] Fetching 4 files: 100%|██████████| 4/4 [00:05<00:00,  1.38s/it]' },
  {
    after: 6_044,
    message: 'WARNING:downloader:tokenizer_config.json has no chat_template, using the default of the family',
  },
  { after: 7_912, message: 'INFO:downloader:Dataset default/support-tickets: 18204 train rows, 1012 validation rows' },
  { after: 8_455, message: '{"level": "info", "event": "download.finished", "bytes": 2471645608, "seconds": 8.4}' },
];

const UPLOAD: readonly Said[] = [
  { after: 31, message: 'INFO:uploader:Merging adapter into base weights' },
  { after: 4_207, message: 'INFO:uploader:Writing model-00001-of-00001.safetensors' },
  { after: 9_833, message: '{"level": "info", "event": "upload.progress", "done": 1236205568, "total": 2472411136}' },
  { after: 15_120, message: '{"level": "info", "event": "upload.progress", "done": 2472411136, "total": 2472411136}' },
  { after: 15_133, message: 'INFO:uploader:Upload finished' },
];

const ENTITY: readonly Said[] = [
  { after: 20, message: 'INFO:entity:Creating model entity' },
  { after: 904, message: 'INFO:entity:Model entity default/support-assistant is ready' },
];

const START_OF_TRAINING: readonly Said[] = [
  { after: 90, message: '[NeMo I nemo_logging:393] Rank 0 of 2 on NVIDIA H100 80GB HBM3' },
  { after: 96, message: '[NeMo I nemo_logging:393] Rank 1 of 2 on NVIDIA H100 80GB HBM3' },
  { after: 2_204, message: 'trainable params: 11,272,192 || all params: 1,247,086,592 || trainable%: 0.9039' },
  {
    after: 2_391,
    message:
      '[stderr] /opt/venv/lib/python3.12/site-packages/torch/utils/checkpoint.py:87: UserWarning: None of the inputs have requires_grad=True',
  },
];

/** Lines of a step other than training, which starts at `start`. */
export function stepLines(step: Exclude<StepName, 'training'>, start: bigint): SandboxLine[] {
  const said = { 'model-and-dataset-download': DOWNLOAD, 'model-upload': UPLOAD, 'model-entity-creation': ENTITY }[
    step
  ];
  return said.map(({ after, message }) => ({ time: start + BigInt(after) * 1_000_000n, message, step }));
}

/** The start of training, before its first optimiser step. */
export function trainingStart(start: bigint): SandboxLine[] {
  return START_OF_TRAINING.map(({ after, message }) => ({
    time: start + BigInt(after) * 1_000_000n,
    message,
    step: 'training',
  }));
}

/** Lines of one optimiser step (from 1): two ranks at one instant, and sometimes more. */
export function trainingLines(start: bigint, number: number): SandboxLine[] {
  const time = start + 3n * SECOND + BigInt(number) * TRAINING_PACE + BigInt((number * 7919) % 900) * 1_000_000n;
  const loss = (0.62 + 1.9 * Math.exp(-number / 60) + ((number * 37) % 11) * 0.004).toFixed(4);
  const at = (message: string, microseconds = 0): SandboxLine => ({
    time: time + BigInt(microseconds) * 1_000n,
    message,
    step: 'training',
  });
  const epoch = Math.ceil((number * 2) / TRAINING_STEPS);
  const lines = [
    at(`epoch ${epoch} | step ${number}/${TRAINING_STEPS} | loss ${loss} | lr ${rate(number)} | 1.94 s/it`),
  ];
  if (number % 10 === 0) {
    const entry = { level: 'info', event: 'metrics', step: number, train_loss: Number(loss), tokens_per_second: 9841 };
    lines.push(at(JSON.stringify(entry), 311), at(JSON.stringify(entry), 311));
  }
  if (number % 45 === 0) lines.push(at('WARNING: gradient norm 8.31 was clipped to 1.0', 502));
  if (number % 60 === 0) {
    lines.push(at(`INFO: validation loss ${(Number(loss) + 0.07).toFixed(4)} after step ${number}`, 40_118));
    lines.push(at(`INFO: checkpoint step_${number} written`, 902_330));
  }
  return lines;
}

function rate(number: number): string {
  return (2e-4 * Math.min(1, number / 20) * (1 - number / (TRAINING_STEPS * 1.1))).toExponential(2);
}

/** Adds a completed step to the tree. */
export function finishStep(simulation: NemoSimulation, key: string, step: StepName, end: bigint): void {
  simulation.step(key, step, end, {
    status: 'completed',
    statusDetails: { message: 'Job completed successfully with exit code 0' },
    updatedAt: end,
  });
}
