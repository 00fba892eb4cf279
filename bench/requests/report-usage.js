/**
 * Loaded before a measured server (`node --import`). When the benchmark asks, it tells what the process has used so far, by
 * the operating system's accounting (getrusage), or how late the event loop was, or starts and ends a CPU profile. Plain JavaScript, so that servers run as
 * their users start them.
 */
import { Session } from 'node:inspector/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';

const inspector = new Session();
const delay = monitorEventLoopDelay({ resolution: 10 });

function delaySinceLast() {
  const milliseconds = delay.percentile(99) / 1e6;
  delay.enable();
  delay.reset();
  return milliseconds;
}

async function answerTo(message) {
  if (message === 'profile') {
    inspector.connect();
    await inspector.post('Profiler.enable');
    await inspector.post('Profiler.start');
    return null;
  }
  if (message === 'end of profile') return (await inspector.post('Profiler.stop')).profile;
  if (message === 'delay') return delaySinceLast();
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return { processor: userCPUTime + systemCPUTime, peakRss: maxRSS * 1024, rss: process.memoryUsage.rss() };
}

process.on('message', (message) => {
  void answerTo(message).then((answer) => process.send?.(answer));
});
process.channel?.unref();
