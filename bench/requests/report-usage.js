/**
 * Loaded before a measured server (`node --import`). When the benchmark asks, it tells what the process has used so far, by
 * the operating system's accounting (getrusage), or starts and ends a CPU profile. Plain JavaScript, so that servers run as
 * their users start them.
 */
import { Session } from 'node:inspector/promises';
import process from 'node:process';

const inspector = new Session();

async function answerTo(message) {
  if (message === 'profile') {
    inspector.connect();
    await inspector.post('Profiler.enable');
    await inspector.post('Profiler.start');
    return null;
  }
  if (message === 'end of profile') return (await inspector.post('Profiler.stop')).profile;
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return { processor: userCPUTime + systemCPUTime, peakRss: maxRSS * 1024, rss: process.memoryUsage.rss() };
}

process.on('message', (message) => {
  void answerTo(message).then((answer) => process.send?.(answer));
});
process.channel?.unref();
