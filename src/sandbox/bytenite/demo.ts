import type { Demo } from '../demo/timeline.ts';
import type { ByteNiteSimulation } from './index.ts';
import { uuidOf } from './jobs.ts';
import type { ByteNiteLine } from './lines.ts';

const SECOND = 1_000_000_000n;
const MINUTE = 60n * SECOND;

/** Jobs that look like real work: a rendering, a transcode, a failure, a draft, and one that is still rendering. */
export function fillByteNite(simulation: ByteNiteSimulation, now: bigint): Demo {
  addRendering(simulation, now - 180n * MINUTE);
  addTranscode(simulation, now - 95n * MINUTE);
  addFailure(simulation, now - 48n * MINUTE);
  addDraft(simulation, now - 9n * MINUTE);
  return addRunning(simulation, now - 2n * MINUTE, now);
}

function addRendering(simulation: ByteNiteSimulation, start: bigint): void {
  const key = simulation.createJob({ name: 'Product film, shot 12', status: 'SUCCEEDED' });
  const tasks = [1, 2, 3, 4, 5, 6].map((number) => ({ id: uuidOf(`shot 12 task ${number}`), number }));
  const end = start + 14n * MINUTE;
  simulation.write(key, [
    line(start, 'PARTITIONER', 'scene shot_12.blend: 96 frames, 6 chunks of 16 frames'),
    ...tasks.map(({ number }) =>
      line(start + BigInt(number) * (SECOND / 4n) + 544_123_456n, 'PARTITIONER', `chunk ${number}/6 uploaded`, {
        level: 'DEBUG',
      }),
    ),
    ...tasks.flatMap(({ id, number }) => renderTask(id, number, start + 20n * SECOND)),
    line(end - 40n * SECOND, 'ASSEMBLER', 'collecting 6 results'),
    line(end - 12n * SECOND, 'ASSEMBLER', 'frame range 1-96 is complete'),
    line(end - SECOND, 'ASSEMBLER', 'wrote shot_12.exr.zip (1.8 GiB)'),
  ]);
  stamp(simulation, key, start, { end, chunks: 6n, template: 'blender-cycles@2.1' });
}

function renderTask(task: string, number: number, start: bigint): readonly ByteNiteLine[] {
  const frames = Array.from({ length: 16 }, (_, index) => (number - 1) * 16 + index + 1);
  return [
    line(start, 'TASKRUNNER', `Blender 4.2.1, device CPU, 16 threads`, { task }),
    ...frames.map((frame, index) => {
      const time = start + BigInt(index + 1) * 38n * SECOND + BigInt(number * 137_000_000 + frame);
      // Some samplers warn when they fall behind; the other lines are plain progress.
      return frame % 29 === 0
        ? line(time, 'TASKRUNNER', `frame ${frame}: texture cache is full, falling back to tiles`, {
            task,
            level: 'WARN',
          })
        : line(time, 'TASKRUNNER', `frame ${frame} rendered, 256 samples`, { task });
    }),
    line(start + 11n * MINUTE, 'TASKRUNNER', 'uploading 16 frames', { task, level: 'DEBUG' }),
  ];
}

function addTranscode(simulation: ByteNiteSimulation, start: bigint): void {
  const key = simulation.createJob({ name: 'Trailer, 4K to AV1', status: 'SUCCEEDED' });
  const end = start + 6n * MINUTE;
  const tasks = ['00:00-00:40', '00:40-01:20', '01:20-02:05'].map((range) => ({
    range,
    id: uuidOf(`trailer ${range}`),
  }));
  simulation.write(key, [
    line(start, 'PARTITIONER', 'ffprobe: 3840x2160, 24 fps, 125.4 s, aac 5.1'),
    line(start + 2n * SECOND, 'PARTITIONER', 'cut at key frames into 3 segments'),
    ...tasks.flatMap(({ range, id }, index) => {
      const begin = start + 8n * SECOND + BigInt(index) * 350_000_000n;
      return [
        line(begin, 'TASKRUNNER', `segment ${range}`, { task: id }),
        line(begin, 'TASKRUNNER', 'libsvtav1: preset 6, crf 30', { task: id, level: 'UNKNOWN' }),
        ...[20, 40, 60, 80, 100].map((percent) =>
          line(begin + BigInt(percent) * 2n * SECOND, 'TASKRUNNER', `\u001b[32m${percent}%\u001b[0m encoded`, {
            task: id,
          }),
        ),
      ];
    }),
    line(end - 30n * SECOND, 'ASSEMBLER', 'concatenating 3 segments'),
    line(end - 30n * SECOND, 'ASSEMBLER', 'non-monotonic timestamp at a cut, corrected', { level: 'WARN' }),
    line(end - 30n * SECOND, 'ASSEMBLER', 'non-monotonic timestamp at a cut, corrected', { level: 'WARN' }),
    line(end - 2n * SECOND, 'ASSEMBLER', 'wrote trailer.mkv (212 MiB)'),
  ]);
  stamp(simulation, key, start, { end, chunks: 3n, template: 'video-encode@1.4' });
}

function addFailure(simulation: ByteNiteSimulation, start: bigint): void {
  const key = simulation.createJob({ name: 'Night city, 240 frames', status: 'FAILED' });
  const [healthy, doomed] = [uuidOf('night city 1'), uuidOf('night city 2')];
  const end = start + 3n * MINUTE;
  simulation.write(key, [
    line(start, 'PARTITIONER', 'scene night_city.blend: 240 frames, 2 chunks of 120 frames'),
    line(start + 10n * SECOND, 'TASKRUNNER', 'frame 1 rendered, 128 samples', { task: healthy }),
    line(start + 25n * SECOND, 'TASKRUNNER', 'frame 2 rendered, 128 samples', { task: healthy }),
    line(start + 10n * SECOND, 'TASKRUNNER', 'volume smoke_07.vdb: 14.2 GiB', { task: doomed, level: 'WARN' }),
    line(start + 90n * SECOND, 'TASKRUNNER', 'cannot allocate 6442450944 bytes', { task: doomed, level: 'ERROR' }),
    line(
      start + 90n * SECOND + 3n,
      'TASKRUNNER',
      'panic: out of memory\ngoroutine 41 [running]:\nmain.renderFrame(0x79)\n\t/app/render.go:212 +0x1f4',
      { task: doomed, level: 'PANIC' },
    ),
    line(start + 95n * SECOND, 'TASKRUNNER', 'container exited with status 2', { task: doomed, level: 'FATAL' }),
  ]);
  stamp(simulation, key, start, { end, chunks: 2n, template: 'blender-cycles@2.1', state: 'JOB_STATE_FAILED' });
  simulation.updateJob(key, { errorMessage: 'task failed after 3 tries: exit status 2' });
}

function addDraft(simulation: ByteNiteSimulation, created: bigint): void {
  const key = simulation.createJob({ name: 'Foliage test (draft)', status: 'QUEUED' });
  simulation.updateJob(key, {
    createdAt: created,
    stateTimes: { JOB_STATE_NEW: created },
    templateId: 'blender-cycles@2.1',
  });
}

function addRunning(simulation: ByteNiteSimulation, start: bigint, now: bigint): Demo {
  const key = simulation.createJob({ name: 'Ocean loop, still rendering', status: 'RUNNING' });
  const tasks = [uuidOf('ocean 1'), uuidOf('ocean 2'), uuidOf('ocean 3')];
  stamp(simulation, key, start, { end: null, chunks: 3n, template: 'blender-cycles@2.1' });
  simulation.write(key, [line(start, 'PARTITIONER', 'scene ocean.blend: endless preview, 3 chunks')]);
  let frame = 0;
  function grow(until: bigint): void {
    const lines: ByteNiteLine[] = [];
    for (let at = timeOf(frame + 1); at <= until; at = timeOf(frame + 1)) {
      frame += 1;
      lines.push(line(at, 'TASKRUNNER', `frame ${frame} rendered, 64 samples`, { task: tasks[frame % 3] ?? '' }));
    }
    simulation.write(key, lines);
  }
  function timeOf(number: number): bigint {
    return start + BigInt(number) * 2n * SECOND + BigInt((number % 7) * 100_001);
  }
  grow(now);
  return { grow };
}

function stamp(
  simulation: ByteNiteSimulation,
  key: string,
  start: bigint,
  facts: { readonly end: bigint | null; readonly chunks: bigint; readonly template: string; readonly state?: string },
): void {
  const { end, chunks, template } = facts;
  simulation.updateJob(key, {
    createdAt: start - 30n * SECOND,
    submittedAt: start - 5n * SECOND,
    startedAt: start,
    endedAt: end,
    numChunks: chunks,
    templateId: template,
    priority: 1,
    regions: ['eu-west'],
    stateTimes: {
      JOB_STATE_NEW: start - 30n * SECOND,
      JOB_STATE_PARTITIONING: start,
      JOB_STATE_RUNNING: start + 8n * SECOND,
      ...(end === null ? {} : { [facts.state ?? 'JOB_STATE_COMPLETE']: end }),
    },
  });
}

function line(
  time: bigint,
  step: string,
  message: string,
  rest: Pick<ByteNiteLine, 'task' | 'level'> = {},
): ByteNiteLine {
  return { time, step, message, ...rest };
}
